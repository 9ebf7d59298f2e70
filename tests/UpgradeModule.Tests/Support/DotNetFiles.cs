using System.Diagnostics;

namespace UpgradeModule.Tests.Support;

/// <summary>This machine's .NET runtime and the system's libraries that it needs, as a layer: an image without a registry to pull one from.</summary>
internal static class DotNetFiles
{
    /// <summary>Where the runtime lies in the image.</summary>
    public const string Inside = "/usr/share/dotnet";

    private static readonly string[] Loaded = ["libssl.so.3", "libcrypto.so.3", "libz.so.1", "libgssapi_krb5.so.2"];

    /// <summary>Makes the layer.</summary>
    public static TestLayer Layer()
    {
        var core = Path.GetDirectoryName(typeof(object).Assembly.Location)!;
        var root = Path.GetFullPath(Path.Combine(core, "..", "..", ".."));
        var version = Path.GetFileName(core);
        var files = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var folder in new[] { core, Path.Combine(root, "shared", "Microsoft.AspNetCore.App", version), Path.Combine(root, "host") })
        {
            Skip.IfNot(Directory.Exists(folder), $"The .NET runtime has no '{folder}', so no image can be made of it.");
            foreach (var file in Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories).Where(file => !file.EndsWith(".xml", StringComparison.Ordinal) && !Path.GetFileName(file).StartsWith("libmscordaccore", StringComparison.Ordinal)))
            {
                files[Inside + "/" + Path.GetRelativePath(root, file)] = file;
            }
        }

        foreach (var library in Libraries(Directory.GetFiles(core, "*.so").Append(Path.Combine(root, "dotnet")))) files[library] = library;
        return TestLayer.OfFiles(files);
    }

    /// <summary>Tells whether a program needs no library.</summary>
    public static bool IsStatic(string program) => !Lines("ldd", [program]).Any(line => line.Contains("=>", StringComparison.Ordinal));

    // ldd tells what the loader takes; .NET loads OpenSSL by name when it is first used.
    private static HashSet<string> Libraries(IEnumerable<string> programs)
    {
        var found = new HashSet<string>(StringComparer.Ordinal);
        var usual = Lines("ldconfig", ["-p"]).Where(line => Loaded.Any(name => line.TrimStart().StartsWith(name + " ", StringComparison.Ordinal))).Select(line => line[(line.LastIndexOf(' ') + 1)..]).ToList();
        found.UnionWith(usual);
        foreach (var line in Lines("ldd", [.. programs, .. usual]))
        {
            var path = line.Split(' ', '\t').FirstOrDefault(word => word.StartsWith("/lib", StringComparison.Ordinal) || word.StartsWith("/usr/lib", StringComparison.Ordinal));
            if (path is not null && !path.EndsWith(':') && File.Exists(path)) found.Add(path);
        }

        return found;
    }

    private static string[] Lines(string program, IReadOnlyList<string> arguments)
    {
        var path = BackgroundProgram.Find(program);
        Skip.If(path is null, $"'{program}' is not there to tell which libraries .NET needs.");
        using var process = Process.Start(new ProcessStartInfo(path!, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        _ = process.StandardError.ReadToEndAsync();
        var text = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return text.Split('\n');
    }
}
