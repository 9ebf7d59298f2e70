using UpgradeModule.Engine.Databases.Files;

namespace UpgradeModule.Engine.Databases.H2;

/// <summary>
/// Changes data in the file of a stopped application: in a copy, which H2 opens and closes, whose structure and format are checked, and which then takes the
/// file's place. Whatever fails or is killed before, the file is as it was.
/// </summary>
/// <param name="path">The database file, as messages name it.</param>
/// <param name="access">The database.</param>
internal sealed class H2Writer(string path, DatabaseAccess access)
{
    /// <summary>Runs a statement.</summary>
    /// <param name="sql">The statement.</param>
    /// <param name="folder">Where the copy's own folder is made.</param>
    /// <param name="take">Copies the file, while nobody has it open, to the name that it is given.</param>
    /// <param name="publish">Puts the copy into the file's place.</param>
    /// <param name="cancellationToken">Ends the work before the copy takes the place.</param>
    /// <exception cref="UpgradeException"><c>DatabaseWriteFailed</c>, <c>DatabaseToolNotFound</c>, <c>DatabaseInUse</c>.</exception>
    public async Task ExecuteAsync(string sql, string folder, Func<string, Task> take, Func<string, Task> publish, CancellationToken cancellationToken)
    {
        var (runtime, missing) = await H2Runtime.FindAsync(access, cancellationToken).ConfigureAwait(false);
        if (runtime is null) throw new UpgradeException("DatabaseToolNotFound", UpgradeErrorCategory.ObjectNotFound, path, $"The H2 database '{path}' can't be opened here. {missing}");
        var place = Path.Combine(folder, ".um-write-" + Path.GetRandomFileName());
        DurableFile.CreatePrivateDirectory(place);
        try
        {
            var taken = Path.Combine(place, "taken");
            await take(taken).ConfigureAwait(false);
            var format = H2File.Format(taken);
            var copy = Path.Combine(place, "database" + format.Extension);
            File.Move(taken, copy);
            if (await new H2Session(runtime, copy, access.Credential, writes: true).ExecuteAsync(sql, cancellationToken).ConfigureAwait(false) is { } failure) throw Failed(failure);

            // Another version of H2 may open a file and write it otherwise: the application has to read it yet.
            if (H2File.Format(copy) != format) throw Failed("H2 wrote it in another format than the application's");
            if (H2File.Check(copy, cancellationToken) is { } damage) throw Failed($"after it, {damage}");
            cancellationToken.ThrowIfCancellationRequested();
            await publish(copy).ConfigureAwait(false);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw H2Errors.Failed("DatabaseWriteFailed", path, "could not be changed", failure);
        }
        finally
        {
            Directory.Delete(place, recursive: true);
        }
    }

    private UpgradeException Failed(string reason) => new("DatabaseWriteFailed", UpgradeErrorCategory.WriteError, path, $"The H2 database '{path}' could not be changed: {reason}.", "Nothing was changed. Use the application's own command, or H2's console.");
}
