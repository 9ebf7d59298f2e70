using System.Diagnostics;
using System.Globalization;
using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;
using UpgradeModule.Engine.Apps;
using UpgradeModule.Tests.Apps;

namespace UpgradeModule.Tests.Metabase;

/// <summary>JARs that stand in for Metabase's: compiled from tests/MetabaseStandIn where a JDK is installed, one for each version that a test asks for.</summary>
internal static class StandInJar
{
    private static readonly string Source = Path.Combine(Definitions.Root, "tests", "MetabaseStandIn");
    private static readonly Lazy<Task<(string? Folder, string? Missing)>> Compiled = new(CompileAsync);

    /// <summary>Skips the test where the stand-in can't be compiled or run.</summary>
    public static async Task RequireAsync()
    {
        var (_, missing) = await Compiled.Value;
        Skip.If(missing is not null, missing);
    }

    /// <summary>The JAR of a version.</summary>
    /// <param name="version">As the edition writes it: 0.50.36, 1.50.36.</param>
    /// <param name="java">The lowest Java that it runs on; the one that Metabase demands where empty.</param>
    /// <param name="h2">A JAR of H2 to put into it: its H2 data is a real file then.</param>
    public static async Task<byte[]> MakeAsync(string version, int? java = null, string? h2 = null)
    {
        var (folder, missing) = await Compiled.Value;
        if (folder is null) throw new InvalidOperationException(missing);
        using var stream = new MemoryStream();
        using (var jar = new ZipArchive(stream, ZipArchiveMode.Create, leaveOpen: true))
        {
            Add(jar, "META-INF/MANIFEST.MF", Encoding.ASCII.GetBytes("Manifest-Version: 1.0\r\nMain-Class: Main\r\n\r\n"));
            Add(jar, "version.properties", Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"tag=v{version}\nhash=57a4d14\ndate=2024-07-12\n{(java is null ? "" : $"java={java}\n")}")));
            Add(jar, "changelog.sql", await File.ReadAllBytesAsync(Path.Combine(Source, "changelog.sql")));
            if (h2 is not null) Add(jar, h2);
            foreach (var file in Directory.EnumerateFiles(folder, "*.class").Order(StringComparer.Ordinal)) Add(jar, Path.GetFileName(file), await File.ReadAllBytesAsync(file));
        }

        return stream.ToArray();
    }

    private static void Add(ZipArchive jar, string other)
    {
        using var from = ZipFile.OpenRead(other);
        foreach (var entry in from.Entries.Where(entry => entry.Name.Length > 0 && (entry.FullName.StartsWith("org/h2/", StringComparison.Ordinal) || entry.FullName.StartsWith("META-INF/services/", StringComparison.Ordinal))))
        {
            using var source = entry.Open();
            using var target = jar.CreateEntry(entry.FullName, CompressionLevel.Fastest).Open();
            source.CopyTo(target);
        }
    }

    private static void Add(ZipArchive jar, string name, byte[] content)
    {
        using var entry = jar.CreateEntry(name).Open();
        entry.Write(content);
    }

    private static async Task<(string? Folder, string? Missing)> CompileAsync()
    {
        var files = Directory.EnumerateFiles(Path.Combine(Source, "java"), "*.java").Order(StringComparer.Ordinal).ToList();
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var file in files) hash.AppendData(await File.ReadAllBytesAsync(file));
        var folder = Path.Combine(Definitions.Root, "output", "metabase-standin", Convert.ToHexString(hash.GetHashAndReset())[..12]);
        if (Directory.Exists(folder)) return (folder, null);
        var making = folder + "." + Guid.NewGuid().ToString("N")[..6];
        Directory.CreateDirectory(making);
        try
        {
            using var javac = Process.Start(new ProcessStartInfo("javac", ["--release", "11", "-encoding", "UTF-8", "-d", making, .. files]) { RedirectStandardError = true })!;
            var output = await javac.StandardError.ReadToEndAsync();
            await javac.WaitForExitAsync();
            Assert.True(javac.ExitCode == 0, output);
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return (null, "No JDK is installed, and the stand-in for Metabase is compiled by javac (Debian: openjdk-17-jdk-headless).");
        }

        // Another test run may be at it too: whoever comes second uses what is there.
        try
        {
            Directory.Move(making, folder);
        }
        catch (IOException) when (Directory.Exists(folder))
        {
            Directory.Delete(making, recursive: true);
        }

        return (folder, null);
    }
}
