using Npgsql;
using UpgradeModule.Engine.Databases.Postgres.Managed.Dump;
using UpgradeModule.Engine.Databases.Postgres.Managed.Schema;

namespace UpgradeModule.Engine.Databases.Postgres.Managed.Restore;

/// <summary>Runs the statements of a dump, as far as a restore wants them.</summary>
/// <param name="mode">What is wanted.</param>
internal sealed class StatementRunner(RestoreMode mode)
{
    private const int Tries = 10;

    /// <summary>Runs a step's statements.</summary>
    /// <param name="connection">The session.</param>
    /// <param name="step">The step.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <exception cref="RestoreComplaintException">The server refuses one.</exception>
    public async Task RunAsync(PostgresConnection connection, RestoreStep step, CancellationToken cancellationToken)
    {
        for (var number = 0; number < step.Entries.Count; number++)
        {
            if (Wanted(step.Entries[number], step.Statements[number]) is { } sql) await RunAsync(connection, step.Entries[number], sql, cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task RunAsync(PostgresConnection connection, ArchiveEntry entry, string sql, CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                await connection.ExecuteAsync(ForDriver(sql), cancellationToken).ConfigureAwait(false);
                return;
            }
            catch (PostgresException failure) when (failure.SqlState == PostgresErrorCodes.DeadlockDetected && attempt < Tries)
            {
                // Two foreign keys lock each other's tables: one of them is asked to come again.
                await Task.Delay(TimeSpan.FromMilliseconds(Random.Shared.Next(10, 50 * attempt)), cancellationToken).ConfigureAwait(false);
            }
            catch (PostgresException failure) when (entry.Kind == EntryKind.Tablespace && (failure.SqlState == PostgresErrorCodes.UndefinedObject || (failure.SqlState == PostgresErrorCodes.InsufficientPrivilege && mode != RestoreMode.Full)))
            {
                // The data is what matters: without its tablespace, or the right to use it, it lies where the database does.
                return;
            }
            catch (PostgresException failure)
            {
                throw new RestoreComplaintException(entry.Name, failure);
            }
        }
    }

    /// <summary>Writes a statement so that the driver takes it for one.</summary>
    /// <param name="sql">The statement.</param>
    public static string ForDriver(string sql) => IsOneForUs(sql) ? sql : Wrapped(sql);

    // The driver takes the semicolons in the body of a function of the SQL standard for ends of statements. Within a text it leaves them alone.
    private static bool IsOneForUs(string sql) => !sql.Contains("BEGIN ATOMIC", StringComparison.Ordinal);

    private static string Wrapped(string sql)
    {
        var tag = "$um$";
        while (sql.Contains(tag, StringComparison.Ordinal)) tag = tag[..^1] + "_$";
        return $"DO LANGUAGE plpgsql {SqlText.Value($"BEGIN EXECUTE {tag}{sql}{tag}; END")}";
    }

    private string? Wanted(ArchiveEntry entry, string sql) => entry.Kind switch
    {
        EntryKind.Owner when mode != RestoreMode.Full => null,
        EntryKind.Grant when mode is RestoreMode.WithoutOwnersAndGrants or RestoreMode.Proof => null,
        // Who granted it is an owner's matter too.
        EntryKind.Grant when mode == RestoreMode.WithoutOwners => string.Join('\n', sql.Split('\n').Where(line => !line.Contains("SESSION AUTHORIZATION", StringComparison.Ordinal) || line.Contains("GRANT", StringComparison.Ordinal))),
        EntryKind.Replication or EntryKind.Tablespace when mode == RestoreMode.Proof => null,
        _ => sql,
    };
}
