using Microsoft.Data.Sqlite;
using UpgradeModule.Engine.Operations;

namespace UpgradeModule.Engine.Databases.Sqlite;

/// <summary>Runs SQLite's synchronous work off the caller's thread and tells its failures as ours.</summary>
internal static class SqliteWork
{
    /// <summary>Runs work.</summary>
    /// <param name="path">The database file.</param>
    /// <param name="errorId">The id of a failure that means nothing more special.</param>
    /// <param name="action">What is done, for its message: "could not be copied".</param>
    /// <param name="work">The work.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public static Task<T> RunAsync<T>(string path, string errorId, string action, Func<T> work, CancellationToken cancellationToken) =>
        RunAsync(path, errorId, action, () => Task.FromResult(work()), cancellationToken);

    /// <summary>Runs work that waits for something now and then.</summary>
    /// <param name="path">The database file.</param>
    /// <param name="errorId">The id of a failure that means nothing more special.</param>
    /// <param name="action">What is done, for its message: "could not be copied".</param>
    /// <param name="work">The work.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public static async Task<T> RunAsync<T>(string path, string errorId, string action, Func<Task<T>> work, CancellationToken cancellationToken)
    {
        try
        {
            return await Task.Run(work, cancellationToken).ConfigureAwait(false);
        }
        catch (SqliteException failure) when (SqliteErrors.IsInterrupted(failure) && cancellationToken.IsCancellationRequested)
        {
            throw new OperationCanceledException(null, failure, cancellationToken);
        }
        catch (SqliteException failure)
        {
            throw SqliteErrors.Map(failure, path, errorId, action);
        }
        catch (IOException failure) when (DiskSpace.IsFull(failure))
        {
            throw DiskSpace.Full(Path.GetDirectoryName(Path.GetFullPath(path))!, null, failure);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new UpgradeException(errorId, failure is UnauthorizedAccessException ? UpgradeErrorCategory.PermissionDenied : UpgradeErrorCategory.WriteError, path, $"The database file '{path}' {action}: {failure.Message}", null, failure);
        }
    }
}
