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

    /// <inheritdoc/>
    public async Task<IReadOnlyList<MigrationEntry>> ListAsync(MigrationSpec spec, IAppDatabase database, CancellationToken cancellationToken)
    {
        var liquibase = spec.Kind == "liquibase";
        if (!liquibase && spec.Kind != "table")
        {
            throw new UpgradeException(
                "MigrationsNotReadable", UpgradeErrorCategory.NotImplemented, database.Target.ToString(),
                $"The migrations in {database.Target} are recorded by {(spec.Kind == "east" ? "East, in a collection of MongoDB" : $"'{spec.Kind}'")}; this version of the module reads those of SQL databases only.",
                "Ask the application's own command for them.");
        }

        if ((spec.Table ?? (liquibase ? LiquibaseTable : null)) is not { } table || !await database.TableExistsAsync(table, cancellationToken).ConfigureAwait(false)) return [];
        var time = spec.TimeColumn ?? (liquibase ? "dateexecuted" : null);

        // An older tool's table may lack columns: each next try asks for fewer, so that a missing one doesn't hide what ran.
        List<string?[]> tries = liquibase ? [[spec.IdColumn, time, "author", "filename", "exectype"], [spec.IdColumn, time, "author", "filename", null]] : [];
        tries.Add([spec.IdColumn, time, null, null, null]);
        if (time is not null) tries.Add([spec.IdColumn, null, null, null, null]);
        var queries = tries.SelectMany(columns => Orders(spec, liquibase).SelectMany(order => Spellings(table, database.Engine).Select(name => $"SELECT {string.Join(", ", columns.Select(column => column ?? "NULL"))} FROM {name} ORDER BY {order}")));
        var rows = await FirstAsync(database, queries, cancellationToken).ConfigureAwait(false);
        return [.. rows.Where(row => row[0] is not null).Select(row => new MigrationEntry { Name = row[0]!, RanOn = Time(row[1], database.Engine), Author = row[2], File = row[3], Result = row[4] })];
    }

    // What ran in one moment keeps one order, whatever the engine makes of it.
    private static IEnumerable<string> Orders(MigrationSpec spec, bool liquibase) =>
        new[] { spec.OrderColumn, liquibase ? "orderexecuted" : null, liquibase ? "dateexecuted" : null, spec.IdColumn }.OfType<string>().Distinct(StringComparer.OrdinalIgnoreCase)
            .Select(order => liquibase || string.Equals(order, spec.IdColumn, StringComparison.OrdinalIgnoreCase) ? order : $"{order}, {spec.IdColumn}");

    private static async Task<List<string>> NamesAsync(MigrationSpec spec, bool liquibase, string table, IAppDatabase database, CancellationToken cancellationToken)
    {
        // A column that is named but isn't there (an older tool's table) must not hide what ran.
        var queries = Orders(spec, liquibase).SelectMany(order => Spellings(table, database.Engine).Select(name => $"SELECT {spec.IdColumn} FROM {name} ORDER BY {order}"));
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
    internal static IEnumerable<string> Spellings(string table, DatabaseEngine engine)
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
