using UpgradeModule.Engine.Databases.Files;

namespace UpgradeModule.Engine.Databases.H2;

/// <summary>A private folder with a copy of a database, opened to be looked at. Disposing it removes both.</summary>
internal sealed class H2Look : IDisposable
{
    private const string Name = "look";
    private readonly string _folder;

    private H2Look(string folder, string copy, H2Runtime runtime, DatabaseCredential? credential)
    {
        _folder = folder;
        Session = new H2Session(runtime, copy, credential);
    }

    /// <summary>Asks the copy.</summary>
    public H2Session Session { get; }

    /// <summary>Copies a file that the application may have open.</summary>
    /// <param name="path">The file.</param>
    /// <param name="runtime">What opens it.</param>
    /// <param name="credential">The log-in.</param>
    /// <param name="cancellationToken">Ends the work; nothing is left then.</param>
    public static Task<H2Look> CopyAsync(string path, H2Runtime runtime, DatabaseCredential? credential, CancellationToken cancellationToken) =>
        FromAsync(copy => H2Copier.LookAsync(path, copy, cancellationToken), runtime, credential);

    /// <summary>Has a copy made in a folder for throw-away files.</summary>
    /// <param name="take">Makes the copy, under the name that it is given.</param>
    /// <param name="runtime">What opens it.</param>
    /// <param name="credential">The log-in.</param>
    public static Task<H2Look> FromAsync(Func<string, Task> take, H2Runtime runtime, DatabaseCredential? credential) => MakeAsync(Path.GetTempPath(), runtime, credential, take);

    /// <summary>Takes a file of our own, which nobody writes, without copying it where the file system has hard links.</summary>
    /// <param name="path">The file.</param>
    /// <param name="runtime">What opens it.</param>
    /// <param name="credential">The log-in.</param>
    public static Task<H2Look> OfAsync(string path, H2Runtime runtime, DatabaseCredential? credential) => MakeAsync(Path.GetDirectoryName(path)!, runtime, credential, copy =>
    {
        if (!NativeFile.TryLink(path, copy)) File.Copy(path, copy);
        return Task.CompletedTask;
    });

    /// <inheritdoc/>
    public void Dispose()
    {
        if (Directory.Exists(_folder)) Directory.Delete(_folder, recursive: true);
    }

    private static async Task<H2Look> MakeAsync(string place, H2Runtime runtime, DatabaseCredential? credential, Func<string, Task> take)
    {
        var folder = Path.Combine(place, ".um-look-" + Path.GetRandomFileName());
        DurableFile.CreatePrivateDirectory(folder);
        try
        {
            var taken = Path.Combine(folder, Name + ".taken");
            await take(taken).ConfigureAwait(false);
            var copy = Path.Combine(folder, Name + H2File.Format(taken).Extension);
            File.Move(taken, copy);
            return new H2Look(folder, copy, runtime, credential);
        }
        catch
        {
            Directory.Delete(folder, recursive: true);
            throw;
        }
    }
}
