using System.Globalization;
using UpgradeModule.Engine.Apps;
using UpgradeModule.Engine.Databases;

namespace UpgradeModule.Engine.Migrations;

/// <summary>Reads migrations from a table: Liquibase's changelog, or one of the application's own.</summary>
internal sealed class MigrationReader : IMigrationReader
{
    private const string LiquibaseTable = "databasechangelog";
    private const string LiquibaseLockTable = "databasechangeloglock";

    /// <inheritdoc/>
    public async Task<MigrationState> ReadAsync(MigrationSpec spec, IAppDatabase database, CancellationToken cancellationToken)
    {
        var liquibase = spec.Kind == "liquibase";
        if (!liquibase && spec.Kind != "table") return new MigrationState();
        var state = new MigrationState();
        if ((spec.Table ?? (liquibase ? LiquibaseTable : null)) is { } table && await database.TableExistsAsync(table, cancellationToken).ConfigureAwait(false))
        {
            var names = await NamesAsync(spec, liquibase, table, database, cancellationToken).ConfigureAwait(false);
            state = state with { Count = names.Count, Names = names, Last = names.Count > 0 ? names[^1] : null, Major = MigrationMajor.Of(spec, names) };
        }

        if ((spec.LockTable ?? (liquibase ? LiquibaseLockTable : null)) is { } lockTable && await database.TableExistsAsync(lockTable, cancellationToken).ConfigureAwait(false))
        {
            state = await WithLockAsync(state, lockTable, database, cancellationToken).ConfigureAwait(false);
        }

        return state;
    }

    private static async Task<List<string>> NamesAsync(MigrationSpec spec, bool liquibase, string table, IAppDatabase database, CancellationToken cancellationToken)
    {
        // A column that is named but isn't there (an older tool's table) must not hide what ran.
        string?[] orders = [spec.OrderColumn, liquibase ? "orderexecuted" : null, liquibase ? "dateexecuted" : null, spec.IdColumn];
        var queries = orders.OfType<string>().Distinct(StringComparer.OrdinalIgnoreCase).SelectMany(order => Spellings(table, database.Engine).Select(name => $"SELECT {spec.IdColumn} FROM {name} ORDER BY {order}"));
        var rows = await FirstAsync(database, queries, cancellationToken).ConfigureAwait(false);
        return [.. rows.Select(row => row[0]).OfType<string>()];
    }

    private static async Task<MigrationState> WithLockAsync(MigrationState state, string table, IAppDatabase database, CancellationToken cancellationToken)
    {
        var rows = await FirstAsync(database, Spellings(table, database.Engine).Select(name => $"SELECT locked, lockgranted, lockedby FROM {name}"), cancellationToken).ConfigureAwait(false);
        var held = rows.FirstOrDefault(row => IsTrue(row[0]));
        return held is null ? state : state with { Locked = true, LockedSince = Time(held[1], database.Engine), LockedBy = held[2] };
    }

    // Liquibase writes its names as the engine folds them: lower case on PostgreSQL, upper case on MySQL and H2, where case may count.
    private static IEnumerable<string> Spellings(string table, DatabaseEngine engine)
    {
        var quote = engine == DatabaseEngine.MySql ? '`' : '"';
        var plain = table[(table.LastIndexOf('.') + 1)..];
        var schema = table[..^plain.Length];
        return [table, $"{schema}{quote}{plain.ToUpperInvariant()}{quote}", $"{schema}{quote}{plain.ToLowerInvariant()}{quote}"];
    }

    private static async Task<IReadOnlyList<IReadOnlyList<string?>>> FirstAsync(IAppDatabase database, IEnumerable<string> queries, CancellationToken cancellationToken)
    {
        UpgradeException? first = null;
        foreach (var query in queries)
        {
            try
            {
                return await database.QueryAsync(query, cancellationToken).ConfigureAwait(false);
            }
            catch (UpgradeException failure) when (failure.ErrorId == "DatabaseQueryFailed")
            {
                first ??= failure;
            }
        }

        throw first!;
    }

    private static bool IsTrue(string? value) => value?.Trim().ToLowerInvariant() is "1" or "t" or "true" or "y" or "yes" or "\u0001";

    private static DateTimeOffset? Time(string? value, DatabaseEngine engine)
    {
        // A time without a zone is the server's own, which is this machine's or near it; SQLite's functions give UTC.
        var zone = engine == DatabaseEngine.Sqlite ? DateTimeStyles.AssumeUniversal : DateTimeStyles.AssumeLocal;
        return DateTimeOffset.TryParse(value, CultureInfo.InvariantCulture, zone | DateTimeStyles.AllowWhiteSpaces, out var time) ? time.ToUniversalTime() : null;
    }
}
