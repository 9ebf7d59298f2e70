using System.Globalization;
using System.Text.RegularExpressions;

namespace UpgradeModule.Engine.Databases.Postgres.Programs;

/// <summary>Finds PostgreSQL's own programs on this machine.</summary>
internal static partial class PostgresPrograms
{
    /// <summary>Finds a program that is new enough.</summary>
    /// <param name="name">Its name: <c>pg_dump</c>.</param>
    /// <param name="major">The lowest major that will do.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <returns>The oldest one that will do, because what it writes can be read by the most.</returns>
    /// <exception cref="UpgradeException"><c>BackupToolNotFound</c>.</exception>
    public static async Task<PostgresProgram> RequireAsync(string name, int major, CancellationToken cancellationToken)
    {
        var found = await FindAsync(name, cancellationToken).ConfigureAwait(false);
        return found.FirstOrDefault(program => program.Major >= major) ?? throw NotFound(name, major, found, null);
    }

    /// <summary>Finds every version of a program, the oldest first.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    public static async Task<IReadOnlyList<PostgresProgram>> FindAsync(string name, CancellationToken cancellationToken)
    {
        var file = OperatingSystem.IsWindows() ? name + ".exe" : name;
        var found = new List<PostgresProgram>();
        foreach (var path in Directories().Select(directory => Path.Combine(directory, file)).Distinct().Where(File.Exists))
        {
            if (await VersionAsync(path, cancellationToken).ConfigureAwait(false) is { } version) found.Add(new PostgresProgram(path, version, MajorOf(version)));
        }

        return [.. found.OrderBy(program => program.Major)];
    }

    /// <summary>The version that a program tells of itself.</summary>
    /// <param name="text">What it says: <c>pg_dump (PostgreSQL) 15.18</c>.</param>
    /// <returns>The version; <see langword="null"/> where it is none of PostgreSQL's.</returns>
    public static string? VersionIn(string text) => Version().Match(text) is { Success: true } match ? match.Groups[1].Value : null;

    /// <summary>The major of a version.</summary>
    /// <param name="version">The version: <c>15.18</c>.</param>
    public static int MajorOf(string version) => int.Parse(version.Split('.')[0], CultureInfo.InvariantCulture);

    /// <summary>The sentence for a program that is missing.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="major">The lowest major that will do.</param>
    /// <param name="found">Those that were found on this machine.</param>
    /// <param name="container">What is said of the database's container, as the end of a sentence; <see langword="null"/> where its programs are of no use.</param>
    public static UpgradeException NotFound(string name, int major, IReadOnlyList<PostgresProgram> found, string? container)
    {
        var version = major.ToString(CultureInfo.InvariantCulture);
        var there = found.Count == 0 ? $"there is no {name} on this machine" : $"on this machine there is only {string.Join(", ", found.Select(program => $"{program.Version} ({program.Path})"))}";
        var install = $"Install the client programs of PostgreSQL {version} (Debian: postgresql-client-{version}), or put them on the PATH";
        return new UpgradeException("BackupToolNotFound", UpgradeErrorCategory.NotInstalled, name, $"{name} of version {version} or newer is needed, and {there}{(container is null ? "" : $"; {container}")}.", container is null ? $"{install}." : $"{install}; or name the container that the database runs in, if it has them (Set-AppDeployment -DatabaseContainer).");
    }

    private static async Task<string?> VersionAsync(string path, CancellationToken cancellationToken)
    {
        string? version = null;
        try
        {
            await ProgramRun.ExecuteAsync(path, ["--version"], new Dictionary<string, string>(), null, line =>
            {
                version ??= VersionIn(line);
                return true;
            }, cancellationToken).ConfigureAwait(false);
            return version;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            // A file of that name that isn't a program that runs here.
            return null;
        }
    }

    private static IEnumerable<string> Directories()
    {
        // The versioned directories first: what is on the PATH may be a wrapper that chooses a version by itself (Debian's is one).
        string[] roots = OperatingSystem.IsWindows() ? [Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.ProgramFiles), "PostgreSQL")] : ["/usr/lib/postgresql", "/usr/local/lib/postgresql"];
        foreach (var root in roots.Where(Directory.Exists))
        {
            foreach (var version in Directory.EnumerateDirectories(root)) yield return Path.Combine(version, "bin");
        }

        if (!OperatingSystem.IsWindows())
        {
            foreach (var version in Directory.EnumerateDirectories("/usr", "pgsql-*")) yield return Path.Combine(version, "bin");
        }

        foreach (var directory in (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)) yield return directory;
    }

    [GeneratedRegex(@"\(PostgreSQL\) (\d+(?:\.\d+)*)")]
    private static partial Regex Version();
}
