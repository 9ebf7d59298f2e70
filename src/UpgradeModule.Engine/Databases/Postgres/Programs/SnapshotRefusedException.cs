namespace UpgradeModule.Engine.Databases.Postgres.Programs;

/// <summary>The server doesn't know the snapshot that pg_dump was to read: its session may have ended.</summary>
/// <param name="told">What is told where it hasn't.</param>
internal sealed class SnapshotRefusedException(UpgradeException told) : Exception(told.Message, told)
{
    /// <summary>What is told where the snapshot's session is there.</summary>
    public UpgradeException Told => told;
}
