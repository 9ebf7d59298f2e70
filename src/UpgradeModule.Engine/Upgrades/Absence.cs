namespace UpgradeModule.Engine.Upgrades;

/// <summary>Tells failures of what isn't there for now, and may come by itself, from all others.</summary>
internal static class Absence
{
    // A server's container that is stopped has no address by which it could be known.
    private static readonly string[] s_away = ["DatabaseUnreachable", "DatabaseHostUnknown", "ContainerEngineUnreachable"];

    /// <summary>Whether a database server or container engine was not there.</summary>
    /// <param name="failure">The failure.</param>
    public static bool Is(Exception failure) => failure is UpgradeException { ErrorId: var id } && s_away.Contains(id);
}
