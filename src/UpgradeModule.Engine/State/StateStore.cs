using System.Globalization;
using System.Text.Json;
using Microsoft.Data.Sqlite;
using UpgradeModule.Engine.State.History;

namespace UpgradeModule.Engine.State;

/// <summary>The module's memory in one SQLite file.</summary>
internal sealed class StateStore : IStateStore
{
    private readonly StoreFile _file;

    /// <summary>Makes a store over a file; nothing is read or written yet.</summary>
    /// <param name="path">The file's full path.</param>
    public StateStore(string path) => _file = new StoreFile(path);

    /// <inheritdoc/>
    public string Path => _file.Path;

    /// <inheritdoc/>
    public Task<IReadOnlyList<AppDeployment>> ListDeploymentsAsync(CancellationToken cancellationToken) => _file.ReadAsync<IReadOnlyList<AppDeployment>>(
        connection => Query(connection, "SELECT name, document FROM deployments ORDER BY name", row => Document<AppDeployment>("deployment", row.GetString(0), row.GetString(1))),
        [],
        cancellationToken);

    /// <inheritdoc/>
    public Task<bool> SaveDeploymentAsync(AppDeployment deployment, bool replace, CancellationToken cancellationToken) => _file.WriteAsync(
        connection => Execute(
            connection,
            "INSERT INTO deployments (name, document, changed_on) VALUES ($name, $document, $now) " +
            (replace ? "ON CONFLICT (name) DO UPDATE SET name = excluded.name, document = excluded.document, changed_on = excluded.changed_on" : "ON CONFLICT (name) DO NOTHING"),
            ("$name", deployment.Name), ("$document", ModelJson.Serialize(deployment)), ("$now", Text(DateTimeOffset.UtcNow))) > 0,
        cancellationToken);

    /// <inheritdoc/>
    public Task<bool> RemoveDeploymentAsync(string name, CancellationToken cancellationToken) => RemoveAsync("DELETE FROM deployments WHERE name = $key", name, cancellationToken);

    /// <inheritdoc/>
    public Task<IReadOnlyList<StoredDefinition>> ListDefinitionsAsync(CancellationToken cancellationToken) => _file.ReadAsync<IReadOnlyList<StoredDefinition>>(
        connection => Query(connection, "SELECT name, document, source, registered_on FROM definitions ORDER BY name", row => new StoredDefinition
        {
            Name = row.GetString(0),
            Json = row.GetString(1),
            Source = row.GetString(2),
            RegisteredOn = Time(row.GetString(3)),
        }),
        [],
        cancellationToken);

    /// <inheritdoc/>
    public Task SaveDefinitionAsync(StoredDefinition definition, CancellationToken cancellationToken) => _file.WriteAsync(
        connection => Execute(
            connection,
            "INSERT OR REPLACE INTO definitions (name, document, source, registered_on) VALUES ($name, $document, $source, $on)",
            ("$name", definition.Name), ("$document", definition.Json), ("$source", definition.Source), ("$on", Text(definition.RegisteredOn))),
        cancellationToken);

    /// <inheritdoc/>
    public Task<bool> RemoveDefinitionAsync(string name, CancellationToken cancellationToken) => RemoveAsync("DELETE FROM definitions WHERE name = $key", name, cancellationToken);

    /// <inheritdoc/>
    public Task<string> SaveRunAsync(StoredRun run, CancellationToken cancellationToken) => _file.WriteAsync(
        connection =>
        {
            Execute(
                connection,
                "INSERT OR REPLACE INTO runs (run_id, deployment, started_on, document) VALUES ($id, $deployment, $on, $document)",
                ("$id", run.RunId), ("$deployment", run.Deployment), ("$on", Text(run.StartedOn)), ("$document", run.Json));
            return HistoryTable.Append(connection, new HistoryEntry { RunId = run.RunId, Deployment = run.Deployment, StartedOn = Text(run.StartedOn), State = run.State, Document = HistoryChain.HashOf(run.Json) });
        },
        cancellationToken);

    /// <inheritdoc/>
    public Task<string?> ReadHistoryHeadAsync(CancellationToken cancellationToken) => _file.ReadAsync(connection => HistoryTable.Head(connection)?.Hash, null, cancellationToken);

    /// <inheritdoc/>
    public Task<HistoryTestResult> TestHistoryAsync(string? head, CancellationToken cancellationToken) => _file.ReadAsync(
        connection => HistoryVerifier.Verify(HistoryTable.Read(connection, Path), head),
        HistoryVerifier.Verify(new HistoryContent { Journal = Path }, head),
        cancellationToken);

    /// <inheritdoc/>
    public Task<IReadOnlyList<StoredRun>> ListRunsAsync(string? deployment, CancellationToken cancellationToken) => _file.ReadAsync<IReadOnlyList<StoredRun>>(
        connection => Query(
            connection,
            "SELECT run_id, deployment, started_on, document FROM runs WHERE $deployment IS NULL OR deployment = $deployment ORDER BY started_on DESC, run_id DESC",
            row => new StoredRun { RunId = row.GetString(0), Deployment = row.GetString(1), StartedOn = Time(row.GetString(2)), Json = row.GetString(3) },
            ("$deployment", deployment)),
        [],
        cancellationToken);

    /// <inheritdoc/>
    public Task RememberBackupAsync(string path, string deployment, CancellationToken cancellationToken) => _file.WriteAsync(
        connection => Execute(
            connection,
            "INSERT OR REPLACE INTO backups (path, deployment, remembered_on) VALUES ($path, $deployment, $now)",
            ("$path", path), ("$deployment", deployment), ("$now", Text(DateTimeOffset.UtcNow))),
        cancellationToken);

    /// <inheritdoc/>
    public Task ForgetBackupAsync(string path, CancellationToken cancellationToken) => RemoveAsync("DELETE FROM backups WHERE path = $key", path, cancellationToken);

    /// <inheritdoc/>
    public Task<IReadOnlyList<string>> ListBackupsAsync(string? deployment, CancellationToken cancellationToken) => _file.ReadAsync<IReadOnlyList<string>>(
        connection => Query(
            connection,
            "SELECT path FROM backups WHERE $deployment IS NULL OR deployment = $deployment ORDER BY remembered_on DESC, path",
            row => row.GetString(0),
            ("$deployment", deployment)),
        [],
        cancellationToken);

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private async Task<bool> RemoveAsync(string sql, string key, CancellationToken cancellationToken)
    {
        // Removing from a store that doesn't exist must not make one.
        var exists = await _file.ReadAsync(_ => true, missing: false, cancellationToken).ConfigureAwait(false);
        return exists && await _file.WriteAsync(connection => Execute(connection, sql, ("$key", key)) > 0, cancellationToken).ConfigureAwait(false);
    }

    private T Document<T>(string kind, string name, string json)
    {
        try
        {
            return ModelJson.Deserialize<T>(json);
        }
        catch (JsonException failure)
        {
            throw StoreErrors.Corrupt(Path, $"the document of {kind} '{name}' can't be read ({failure.Message})", failure);
        }
    }

    private static int Execute(SqliteConnection connection, string sql, params (string Name, string? Value)[] parameters)
    {
        using var command = Command(connection, sql, parameters);
        return command.ExecuteNonQuery();
    }

    private static List<T> Query<T>(SqliteConnection connection, string sql, Func<SqliteDataReader, T> read, params (string Name, string? Value)[] parameters)
    {
        using var command = Command(connection, sql, parameters);
        using var rows = command.ExecuteReader();
        var list = new List<T>();
        while (rows.Read()) list.Add(read(rows));
        return list;
    }

    private static SqliteCommand Command(SqliteConnection connection, string sql, (string Name, string? Value)[] parameters)
    {
        var command = connection.CreateCommand();
        command.CommandText = sql;
        foreach (var (name, value) in parameters) command.Parameters.AddWithValue(name, (object?)value ?? DBNull.Value);
        return command;
    }

    private static string Text(DateTimeOffset time) => time.UtcDateTime.ToString("O", CultureInfo.InvariantCulture);

    private static DateTimeOffset Time(string text) => DateTimeOffset.Parse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal);
}
