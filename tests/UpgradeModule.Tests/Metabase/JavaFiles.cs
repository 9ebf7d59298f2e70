using System.Diagnostics;
using UpgradeModule.Tests.Apps;
using UpgradeModule.Tests.Support;

namespace UpgradeModule.Tests.Metabase;

/// <summary>A small Java runtime of this machine's JDK, made by jlink once, and the system's libraries that it needs, as a layer.</summary>
internal static class JavaFiles
{
    /// <summary>Where the runtime lies in the image, as in Metabase's.</summary>
    public const string Inside = "/opt/java/openjdk";

    private static readonly Lazy<Task<(TestLayer? Layer, string? Missing)>> Made = new(MakeAsync);

    /// <summary>Makes the layer; skips the test where there is no jlink.</summary>
    public static async Task<TestLayer> LayerAsync()
    {
        var (layer, missing) = await Made.Value;
        Skip.If(layer is null, missing);
        return layer!;
    }

    private static async Task<(TestLayer? Layer, string? Missing)> MakeAsync()
    {
        if (BackgroundProgram.Find("jlink") is not { } program) return (null, "jlink is not installed (Debian: openjdk-17-jdk-headless), and images of Metabase's stand-in take a Java.");
        var root = Path.Combine(Definitions.Root, "output", "metabase-standin", "jre");
        if (!Directory.Exists(root))
        {
            var making = root + "." + Guid.NewGuid().ToString("N")[..6];
            Directory.CreateDirectory(Path.GetDirectoryName(root)!);
            using var jlink = Process.Start(new ProcessStartInfo(program, ["--add-modules", "java.base,jdk.httpserver", "--strip-debug", "--no-header-files", "--no-man-pages", "--compress=2", "--output", making]) { RedirectStandardOutput = true, RedirectStandardError = true })!;
            var output = await jlink.StandardOutput.ReadToEndAsync() + await jlink.StandardError.ReadToEndAsync();
            await jlink.WaitForExitAsync();
            if (jlink.ExitCode != 0) return (null, "jlink makes no runtime: " + output);
            if (!Directory.Exists(root)) Directory.Move(making, root);
        }

        string[] programs = [Path.Combine(root, "bin", "java"), .. Directory.GetFiles(Path.Combine(root, "lib"), "*.so", SearchOption.AllDirectories)];
        var files = programs.Concat([Path.Combine(root, "lib", "modules"), Path.Combine(root, "lib", "jvm.cfg"), Path.Combine(root, "lib", "tzdb.dat")])
            .Concat(Directory.EnumerateFiles(Path.Combine(root, "conf"), "*", SearchOption.AllDirectories)).Concat(Directory.EnumerateFiles(Path.Combine(root, "lib", "security"), "*"))
            .Where(File.Exists).ToDictionary(file => Inside + "/" + Path.GetRelativePath(root, file), file => file);
        foreach (var (inside, library) in SystemLibraries.Of(programs)) files.TryAdd(inside, library);

        // Without a locale Java takes its environment for ASCII, and a password with other letters for another one.
        const string Locale = "/usr/lib/locale/C.utf8";
        if (Directory.Exists(Locale))
        {
            foreach (var file in Directory.EnumerateFiles(Locale, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal)) files.TryAdd(file, file);
        }

        return (TestLayer.OfFiles(files), null);
    }
}
