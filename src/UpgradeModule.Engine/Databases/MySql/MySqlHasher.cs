using UpgradeModule.Engine.Databases.Programs;

namespace UpgradeModule.Engine.Databases.MySql;

/// <summary>
/// Hashes rows as the dump program writes them: those of a backup out of its script, those of a database out of a dump that nobody keeps. Both were written with
/// the same arguments, so that the same rows are the same text.
/// </summary>
internal sealed class MySqlHasher
{
    private readonly Dictionary<string, ContentHash> _hashes = new(StringComparer.Ordinal);
    private readonly DumpFilter _filter;

    private MySqlHasher() => _filter = new DumpFilter(null, table => _hashes.TryGetValue(table, out var hash) ? hash : _hashes[table] = new ContentHash());

    /// <summary>Hashes the tables of a database.</summary>
    /// <param name="server">The database.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    public static async Task<IReadOnlyList<TableHash>> OfDatabaseAsync(MySqlServer server, CancellationToken cancellationToken)
    {
        var hasher = new MySqlHasher();
        IReadOnlyList<MySqlTable> tables;
        MySqlVersion version;
        var session = await server.OpenAdminAsync(cancellationToken).ConfigureAwait(false);
        await using (session.ConfigureAwait(false))
        {
            tables = await MySqlCatalog.TablesAsync(session, server.Name, cancellationToken).ConfigureAwait(false);
            version = session.Server;
        }

        var tool = await server.Tools.DumperAsync(version, cancellationToken).ConfigureAwait(false);
        await MySqlDumper.RunAsync(tool, server.Admin, MySqlDumper.Everything(tool), [server.Name], hasher.TakeAsync, null, cancellationToken).ConfigureAwait(false);
        if (!hasher._filter.IsComplete) throw new MySqlFailure(0, $"{tool.Program} ended without its last line");
        return hasher.Of(tables.Where(table => table.HasRows).Select(table => table.Name));
    }

    /// <summary>Hashes the tables of a backup.</summary>
    /// <param name="content">The backup's data.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <exception cref="UpgradeException"><c>BackupCorrupt</c>.</exception>
    public static async Task<IReadOnlyList<TableHash>> OfBackupAsync(BackupContent content, CancellationToken cancellationToken)
    {
        var hasher = new MySqlHasher();
        var (file, compression) = MySqlFiles.Of(content);
        try
        {
            var script = DumpFile.Open(file, compression, static _ => { });
            await using (script.ConfigureAwait(false)) await hasher.TakeAsync(script, cancellationToken).ConfigureAwait(false);
        }
        catch (InvalidDataException failure)
        {
            throw MySqlFiles.Corrupt(content, failure.Message, failure);
        }

        if (!hasher._filter.IsComplete) throw MySqlFiles.Corrupt(content, "its script ends in the middle", null);
        return hasher.Of(content.Tables.Select(table => table.Table));
    }

    private Task TakeAsync(Stream dump, CancellationToken cancellationToken) => _filter.RunAsync(dump, static (_, _) => ValueTask.CompletedTask, cancellationToken);

    private List<TableHash> Of(IEnumerable<string> tables) =>
        [.. tables.Union(_hashes.Keys, StringComparer.Ordinal).Order(StringComparer.Ordinal).Select(table => (_hashes.GetValueOrDefault(table) ?? new ContentHash()).Of(table))];
}
