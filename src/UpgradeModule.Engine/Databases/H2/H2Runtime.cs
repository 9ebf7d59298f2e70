using System.IO.Compression;
using UpgradeModule.Engine.Databases.Programs;

namespace UpgradeModule.Engine.Databases.H2;

/// <summary>What can open a database of H2: a Java, and JARs that H2 is in. The application's own JAR has the H2 that its file belongs to.</summary>
/// <param name="java">The Java program.</param>
/// <param name="jars">The JARs, in the order in which they are tried.</param>
internal sealed class H2Runtime(string java, IReadOnlyList<string> jars)
{
    /// <summary>The environment variable that names further JARs of H2, separated as in PATH.</summary>
    public const string JarVariable = "UPGRADEMODULE_H2_JAR";

    private const string Inside = "org/h2/Driver.class";

    /// <summary>The Java program.</summary>
    public string Java => java;

    /// <summary>The JARs.</summary>
    public IReadOnlyList<string> Jars => jars;

    /// <summary>Looks for them.</summary>
    /// <param name="access">The database, with the application's own Java and JAR where they are known.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <returns>The runtime, or what is missing, as a sentence with what to do.</returns>
    public static async Task<(H2Runtime? Runtime, string? Missing)> FindAsync(DatabaseAccess access, CancellationToken cancellationToken)
    {
        var java = access.JavaProgram ?? FromHome() ?? (await new LocalPrograms().FindAsync("java", cancellationToken).ConfigureAwait(false)).FirstOrDefault();
        if (java is null) return (null, "There is no Java on this machine to open an H2 database with: install one (a headless JRE of 11 or newer), or name it with Set-AppDeployment -JavaPath.");
        var given = (Environment.GetEnvironmentVariable(JarVariable) ?? "").Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        var jars = given.Prepend(access.JarPath).OfType<string>().Where(HasDriver).Distinct().ToList();
        return jars.Count > 0
            ? (new H2Runtime(java, jars), null)
            : (null, $"There is no JAR with H2 in it to open an H2 database with: {(access.JarPath is null ? "the application's own is not known here" : $"'{access.JarPath}' is none")}. Name one in the environment variable {JarVariable} (the application's own JAR has the H2 that fits{(access.JarFetch is null ? "" : $"; '{access.JarFetch}' fetches it")}).");
    }

    private static string? FromHome() =>
        Environment.GetEnvironmentVariable("JAVA_HOME") is { Length: > 0 } home && Path.Combine(home, "bin", OperatingSystem.IsWindows() ? "java.exe" : "java") is var program && File.Exists(program) ? program : null;

    private static bool HasDriver(string path)
    {
        if (!path.EndsWith(".jar", StringComparison.OrdinalIgnoreCase) || !File.Exists(path)) return false;
        try
        {
            using var jar = ZipFile.OpenRead(path);
            return jar.GetEntry(Inside) is not null;
        }
        catch (Exception failure) when (failure is InvalidDataException or IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }
}
