using System.Diagnostics;

namespace UpgradeModule.Tests.Support;

/// <summary>The libraries of this machine's system that programs need, for images that are made of its files.</summary>
internal static class SystemLibraries
{
    /// <summary>Tells which libraries programs need, loader included.</summary>
    /// <param name="programs">The programs and libraries.</param>
    /// <param name="loaded">Names of libraries that they load by themselves, where they are there.</param>
    public static IReadOnlyDictionary<string, string> Of(IEnumerable<string> programs, params string[] loaded)
    {
        var found = new SortedDictionary<string, string>(StringComparer.Ordinal);
        var usual = Lines("ldconfig", ["-p"]).Where(line => loaded.Any(name => line.TrimStart().StartsWith(name + " ", StringComparison.Ordinal))).Select(line => line[(line.LastIndexOf(' ') + 1)..]).ToList();
        foreach (var library in usual) found[library] = library;
        foreach (var line in Lines("ldd", [.. programs, .. usual]))
        {
            var path = line.Split(' ', '\t').FirstOrDefault(word => word.StartsWith("/lib", StringComparison.Ordinal) || word.StartsWith("/usr/lib", StringComparison.Ordinal));
            if (path is not null && !path.EndsWith(':') && File.Exists(path)) found[path] = path;
        }

        return found;
    }

    /// <summary>Tells whether a program needs no library.</summary>
    public static bool IsStatic(string program) => !Lines("ldd", [program]).Any(line => line.Contains("=>", StringComparison.Ordinal));

    private static string[] Lines(string program, IReadOnlyList<string> arguments)
    {
        var path = BackgroundProgram.Find(program);
        Skip.If(path is null, $"'{program}' is not there to tell which libraries a program needs.");
        using var process = Process.Start(new ProcessStartInfo(path!, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        _ = process.StandardError.ReadToEndAsync();
        var text = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return text.Split('\n');
    }
}
