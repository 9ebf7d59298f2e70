namespace UpgradeModule.Engine.State;

/// <summary>Tells where the store is.</summary>
internal static class StorePaths
{
    /// <summary>The environment variable that names the store.</summary>
    public const string Variable = "UPGRADEMODULE_STORE";

    /// <summary>The usual name of the store's file.</summary>
    public const string FileName = "store.db";

    /// <summary>Tells the store's file: the one given, else the environment's, else machine-wide for root and administrators, else the user's own.</summary>
    /// <param name="explicitPath">The path that was given, or a folder; relative ones count from the current directory.</param>
    /// <exception cref="UpgradeException"><c>StoreNotWritable</c>: the user has no home.</exception>
    public static string Resolve(string? explicitPath) =>
        Resolve(explicitPath, Environment.GetEnvironmentVariable, Environment.IsPrivilegedProcess);

    /// <summary>As <see cref="Resolve(string?)"/>, for a given environment.</summary>
    /// <param name="explicitPath">The path that was given.</param>
    /// <param name="variable">Gives an environment variable.</param>
    /// <param name="privileged">Whether the user is root or an administrator.</param>
    internal static string Resolve(string? explicitPath, Func<string, string?> variable, bool privileged)
    {
        var given = string.IsNullOrWhiteSpace(explicitPath) ? variable(Variable) : explicitPath;
        if (!string.IsNullOrWhiteSpace(given))
        {
            var full = Path.GetFullPath(given);
            return Directory.Exists(full) ? Path.Combine(full, FileName) : full;
        }

        return Path.Combine(privileged ? MachineFolder() : UserFolder(variable), FileName);
    }

    private static string MachineFolder() => OperatingSystem.IsWindows()
        ? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.CommonApplicationData), "UpgradeModule")
        : "/var/lib/upgrademodule";

    private static string UserFolder(Func<string, string?> variable)
    {
        if (OperatingSystem.IsWindows()) return Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData, Environment.SpecialFolderOption.DoNotVerify), "UpgradeModule");
        var data = variable("XDG_DATA_HOME");
        if (data is { Length: > 0 } && Path.IsPathRooted(data)) return Path.Combine(data, "upgrademodule");
        var home = variable("HOME");
        if (home is { Length: > 0 }) return Path.Combine(home, ".local", "share", "upgrademodule");
        throw new UpgradeException("StoreNotWritable", UpgradeErrorCategory.ObjectNotFound, "HOME",
            "There is no place for the store: neither XDG_DATA_HOME nor HOME is set for this user.",
            $"Name the store's file with -StorePath or the environment variable {Variable}.");
    }
}
