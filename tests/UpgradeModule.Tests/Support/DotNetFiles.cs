namespace UpgradeModule.Tests.Support;

/// <summary>This machine's .NET runtime and the system's libraries that it needs, as a layer: an image without a registry to pull one from.</summary>
internal static class DotNetFiles
{
    /// <summary>Where the runtime lies in the image.</summary>
    public const string Inside = "/usr/share/dotnet";

    /// <summary>Makes the layer.</summary>
    public static TestLayer Layer()
    {
        var core = Path.GetDirectoryName(typeof(object).Assembly.Location)!;
        var root = Path.GetFullPath(Path.Combine(core, "..", "..", ".."));
        var version = Path.GetFileName(core);
        // .NET loads OpenSSL by name when it is first used.
        var files = new Dictionary<string, string>(SystemLibraries.Of(Directory.GetFiles(core, "*.so").Append(Path.Combine(root, "dotnet")), "libssl.so.3", "libcrypto.so.3", "libz.so.1", "libgssapi_krb5.so.2"), StringComparer.Ordinal);
        foreach (var folder in new[] { core, Path.Combine(root, "shared", "Microsoft.AspNetCore.App", version), Path.Combine(root, "host") })
        {
            Skip.IfNot(Directory.Exists(folder), $"The .NET runtime has no '{folder}', so no image can be made of it.");
            foreach (var file in Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories).Where(file => !file.EndsWith(".xml", StringComparison.Ordinal) && !Path.GetFileName(file).StartsWith("libmscordaccore", StringComparison.Ordinal)).Order(StringComparer.Ordinal))
            {
                files[Inside + "/" + Path.GetRelativePath(root, file)] = file;
            }
        }

        return TestLayer.OfFiles(files);
    }
}
