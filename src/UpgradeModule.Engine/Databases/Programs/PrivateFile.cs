using System.Text;
using UpgradeModule.Engine.Databases.Files;

namespace UpgradeModule.Engine.Databases.Programs;

/// <summary>
/// A file with a secret for one run of a program, in a folder of its own that only this user may enter; disposing it removes both. What a
/// process that was killed left behind is removed by the next one.
/// </summary>
internal sealed class PrivateFile : IDisposable
{
    private const string Start = "um-pass_";
    private const string Name = "pass";

    private readonly string _directory;

    private PrivateFile(string directory, string suffix)
    {
        _directory = directory;
        Path = System.IO.Path.Combine(directory, Name + suffix);
    }

    /// <summary>Its full path.</summary>
    public string Path { get; }

    /// <summary>Writes a text that nobody else may read.</summary>
    /// <param name="text">The text.</param>
    /// <param name="suffix">The end of its name, for programs that go by it: <c>.js</c>.</param>
    public static PrivateFile Write(string text, string suffix = "")
    {
        RemoveStale();
        var file = new PrivateFile(System.IO.Path.Combine(System.IO.Path.GetTempPath(), Start + ProcessMark.Make()), suffix);
        try
        {
            DurableFile.CreatePrivateDirectory(file._directory);
            using var stream = DurableFile.CreatePrivate(file.Path);
            stream.Write(new UTF8Encoding(encoderShouldEmitUTF8Identifier: false).GetBytes(text));
            return file;
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public void Dispose() => Remove(_directory);

    private static void RemoveStale()
    {
        foreach (var directory in Directory.EnumerateDirectories(System.IO.Path.GetTempPath(), Start + "*"))
        {
            // A link isn't ours, whatever its name.
            if (ProcessMark.IsStale(System.IO.Path.GetFileName(directory)[Start.Length..]) && new DirectoryInfo(directory).LinkTarget is null) Remove(directory);
        }
    }

    private static void Remove(string directory)
    {
        try
        {
            foreach (var file in Directory.EnumerateFiles(directory, Name + "*")) DurableFile.Remove(file);
            Directory.Delete(directory);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            // Another user's, or removed in the meantime. The file, if it was ours, is gone.
        }
    }
}
