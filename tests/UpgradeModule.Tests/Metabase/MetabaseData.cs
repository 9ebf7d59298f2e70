using UpgradeModule.Engine.Databases;
using UpgradeModule.Engine.Operations;
using UpgradeModule.Tests.Support;

namespace UpgradeModule.Tests.Metabase;

/// <summary>What people have made in a Metabase, in its application database.</summary>
internal sealed class MetabaseData(DatabaseAccess access)
{
    /// <summary>Asks the database, as its owner.</summary>
    public async Task<IReadOnlyList<string>> RowsAsync(string sql)
    {
        await using var database = new AppDatabases().Open(access, NullOperationContext.Instance);
        return [.. (await database.QueryAsync(sql, default)).Select(row => string.Join('|', row))];
    }

    /// <summary>Everything that people have made, row by row, by columns that every version has.</summary>
    public async Task<IReadOnlyList<string>> AllAsync() =>
    [
        .. await RowsAsync("SELECT 'user', id, lower(email::text), last_name FROM core_user WHERE email::text <> 'internal@metabase.com' ORDER BY id"),
        .. await RowsAsync("SELECT 'question', id, name, dataset_query, creator_id FROM report_card ORDER BY id"),
        .. await RowsAsync("SELECT 'dashboard', id, name, description, parameters FROM report_dashboard ORDER BY id"),
        .. await RowsAsync("SELECT 'collection', id, name, slug FROM collection ORDER BY id"),
        .. await RowsAsync("SELECT 'setting', key, value FROM setting WHERE key = 'site-name'"),
    ];

    /// <summary>Makes people, questions, dashboards and collections.</summary>
    public Task SeedAsync() => PostgresFixture.RunAsync(
        access,
        "INSERT INTO core_user (email, first_name, last_name, password, date_joined, is_superuser) SELECT 'Person' || n || '@example.com', 'Ann', 'Müller ' || n, 'x', now(), n = 1 FROM generate_series(1, 12) n",
        "INSERT INTO metabase_database (created_at, updated_at, name, details, engine) VALUES (now(), now(), 'Sales', '{}', 'postgres')",
        "INSERT INTO collection (name, slug) SELECT 'Team ' || n || ' ✓', 'team_' || n FROM generate_series(1, 5) n",
        "INSERT INTO report_card (created_at, updated_at, name, display, dataset_query, visualization_settings, creator_id, database_id, collection_id) SELECT now(), now(), 'Question ' || n, 'table', '{\"n\": ' || n || '}', '{}', 1 + n % 12, 1, 1 + n % 5 FROM generate_series(1, 300) n",
        "INSERT INTO report_dashboard (created_at, updated_at, name, description, creator_id, parameters) SELECT now(), now(), 'Board ' || n, repeat('ü', n), 1, '[]' FROM generate_series(1, 20) n",
        "INSERT INTO view_log (user_id, model, model_id, \"timestamp\") SELECT 1, 'card', 1 + n % 300, now() FROM generate_series(1, 900) n",
        "INSERT INTO setting (key, value) VALUES ('site-name', 'Acme BI')");
}
