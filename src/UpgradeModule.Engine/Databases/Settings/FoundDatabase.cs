namespace UpgradeModule.Engine.Databases.Settings;

/// <summary>A database as settings tell it. It holds a secret and never leaves the engine.</summary>
/// <param name="Target">The database.</param>
/// <param name="Password">The password, where the settings hold one.</param>
internal sealed record FoundDatabase(DatabaseTarget Target, string? Password)
{
    /// <inheritdoc/>
    public override string ToString() => Target.ToString();
}
