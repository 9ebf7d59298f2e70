using System.Text;
using UpgradeModule.Engine.Databases.Files;
using UpgradeModule.Engine.Databases.Postgres.Scratch;

namespace UpgradeModule.Engine.Databases.Postgres.Programs;

/// <summary>
/// A file with a secret for one run of a program, in a folder of its own that only this user may enter; disposing it removes both. What a
/// process that was killed left behind is removed by the next one.
/// </summary>
internal sealed class PassFile : IDisposable
{
    private const string Start = "um-pass_";
    private const string Name = "pass";

    private readonly string _directory;

    private PassFile(string directory)
    {
        _directory = directory;
        Path = System.IO.Path.Combine(directory, Name);
    }

    /// <summary>Its full path.</summary>
    public string Path { get; }

    /// <summary>Writes the password of a log-in as PostgreSQL's client library reads it (PGPASSFILE).</summary>
    /// <param name="logIn">The log-in.</param>
    /// <returns>The file; <see langword="null"/> where there is no password.</returns>
    /// <exception cref="UpgradeException"><c>DatabaseSettingsInvalid</c>: the password holds a line break, for which there is no way to write it.</exception>
    public static PassFile? Write(PostgresLogIn logIn)
    {
        if (logIn.Credential.Reveal() is not { Length: > 0 } password) return null;
        if (password.AsSpan().IndexOfAny('\r', '\n', '\0') >= 0)
        {
            throw new UpgradeException("DatabaseSettingsInvalid", UpgradeErrorCategory.InvalidArgument, logIn.ToString(), $"The password of the role '{logIn.Credential.UserName}' holds a line break, which PostgreSQL's own programs can't be given.", "Give the role a password without line breaks.");
        }

        // One run, one server: the file need not say for which. Host names in such files have rules of their own (sockets, aliases).
        return Write("*:*:*:*:" + password.Replace("\\", "\\\\", StringComparison.Ordinal).Replace(":", "\\:", StringComparison.Ordinal) + "\n");
    }

    /// <summary>Writes a text that nobody else may read.</summary>
    /// <param name="text">The text.</param>
    public static PassFile Write(string text)
    {
        RemoveStale();
        var file = new PassFile(System.IO.Path.Combine(System.IO.Path.GetTempPath(), Start + ProcessMark.Make()));
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
        DurableFile.Remove(System.IO.Path.Combine(directory, Name));
        try
        {
            Directory.Delete(directory);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            // Another user's, or removed in the meantime. The file, if it was ours, is gone.
        }
    }
}
