using System.IO.Compression;

namespace UpgradeModule.Tests.Support;

/// <summary>Databases of real applications that may lie beside the repository; they are read where they are.</summary>
public static class SharedFacts
{
    /// <summary>Unpacks one of them.</summary>
    /// <param name="name">Its path below the folder of data.</param>
    /// <param name="folder">Where to.</param>
    public static async Task<string> UnpackAsync(string name, TempFolder folder)
    {
        var path = Find(name);
        Skip.If(path is null, $"The sample data '{name}' is not beside this repository.");
        var target = folder.File(Path.GetFileNameWithoutExtension(path));
        await using var source = new GZipStream(File.OpenRead(path), CompressionMode.Decompress);
        await using var file = File.Create(target);
        await source.CopyToAsync(file);
        return target;
    }

    private static string? Find(string name)
    {
        for (var directory = new DirectoryInfo(AppContext.BaseDirectory); directory is not null; directory = directory.Parent)
        {
            var path = Path.Combine(directory.FullName, "shared", "facts", "data", name);
            if (File.Exists(path)) return path;
        }

        return null;
    }
}
