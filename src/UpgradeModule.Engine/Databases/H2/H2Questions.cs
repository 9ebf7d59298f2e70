using UpgradeModule.Engine.Apps;

namespace UpgradeModule.Engine.Databases.H2;

/// <summary>What can be asked of a database's content: of a copy, which is made for each question.</summary>
/// <param name="path">The database file, as messages name it.</param>
/// <param name="access">The database.</param>
/// <param name="exists">Whether the file is there.</param>
/// <param name="look">Makes the copy.</param>
internal sealed class H2Questions(string path, DatabaseAccess access, Func<CancellationToken, Task<bool>> exists, Func<H2Runtime, CancellationToken, Task<H2Look>> look)
{
    /// <summary>Counts the rows of every table.</summary>
    /// <param name="cancellationToken">Ends the work.</param>
    public Task<IReadOnlyList<TableCount>> CountAsync(CancellationToken cancellationToken) => AskAsync(session => H2Reader.CountAsync(session, cancellationToken), cancellationToken);

    /// <summary>Hashes the rows of every table.</summary>
    /// <param name="cancellationToken">Ends the work.</param>
    public Task<IReadOnlyList<TableHash>> HashAsync(CancellationToken cancellationToken) => AskAsync(
        async session => await session.HashAsync(await H2Reader.TablesAsync(session, cancellationToken).ConfigureAwait(false), cancellationToken).ConfigureAwait(false), cancellationToken);

    /// <summary>Reads invariants.</summary>
    /// <param name="invariants">Which.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    public Task<IReadOnlyList<InvariantValue>> InvariantsAsync(IReadOnlyList<InvariantSpec> invariants, CancellationToken cancellationToken) =>
        AskAsync(session => H2Reader.InvariantsAsync(session, invariants, cancellationToken), cancellationToken);

    /// <summary>Runs a query.</summary>
    /// <param name="sql">The query.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    public Task<IReadOnlyList<IReadOnlyList<string?>>> QueryAsync(string sql, CancellationToken cancellationToken) => AskAsync(async session =>
    {
        var answer = (await session.AskAsync([sql], cancellationToken).ConfigureAwait(false))[0];
        return answer.Rows ?? throw new UpgradeException("DatabaseQueryFailed", UpgradeErrorCategory.InvalidOperation, path, $"The H2 database '{path}' could not answer a query: {answer.Failure}.");
    }, cancellationToken);

    /// <summary>Tells whether a table is there.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    public Task<bool> HasTableAsync(string name, CancellationToken cancellationToken) => AskAsync(async session =>
    {
        var tables = await H2Reader.TablesAsync(session, cancellationToken).ConfigureAwait(false);
        return tables.Any(table => string.Equals(table.Table, name, StringComparison.OrdinalIgnoreCase) || string.Equals($"{table.Schema}.{table.Table}", name, StringComparison.OrdinalIgnoreCase));
    }, cancellationToken);

    private async Task<T> AskAsync<T>(Func<H2Session, Task<T>> ask, CancellationToken cancellationToken)
    {
        if (!await exists(cancellationToken).ConfigureAwait(false)) throw H2Errors.NotFound(path);
        var (runtime, missing) = await H2Runtime.FindAsync(access, cancellationToken).ConfigureAwait(false);
        if (runtime is null) throw new UpgradeException("DatabaseToolNotFound", UpgradeErrorCategory.ObjectNotFound, path, $"The H2 database '{path}' can't be opened here. {missing}");
        try
        {
            using var made = await look(runtime, cancellationToken).ConfigureAwait(false);
            return await ask(made.Session).ConfigureAwait(false);
        }
        catch (InvalidDataException failure)
        {
            throw H2Errors.Damaged(path, failure.Message, failure);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw H2Errors.Failed("DatabaseQueryFailed", path, "could not be read", failure);
        }
    }
}
