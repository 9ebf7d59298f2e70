using System.Text;
using System.Text.RegularExpressions;
using Npgsql;
using UpgradeModule.Engine.Databases.Postgres.Managed.Restore;

namespace UpgradeModule.Engine.Databases.Postgres.Archives;

/// <summary>Runs a script of pg_dump over one session. What is the database's own matter (its making, owner, settings) is left to who made the database.</summary>
/// <param name="connection">The session.</param>
/// <param name="mode">What is wanted.</param>
/// <param name="encoding">The script's encoding.</param>
/// <param name="onPiece">Told after each piece.</param>
internal sealed partial class ScriptRunner(PostgresConnection connection, RestoreMode mode, Encoding encoding, Action onPiece)
{
    private const int Together = 1 << 17;
    private const int RowsTold = 1 << 20;
    private const string End = "-- PostgreSQL database dump complete";

    private readonly StatementSplitter _splitter = new();
    private readonly StringBuilder _inserts = new();
    private bool _ended;
    private int _databases;

    /// <summary>Runs it.</summary>
    /// <param name="script">The script.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <exception cref="RestoreComplaintException">The server refuses something.</exception>
    /// <exception cref="InvalidDataException">The script is not whole, or asks for what only psql can do.</exception>
    public async Task RunAsync(Stream script, CancellationToken cancellationToken)
    {
        var lines = new ScriptLines(script);
        while (await lines.ReadAsync(cancellationToken).ConfigureAwait(false) is { } bytes)
        {
            var line = encoding.GetString(bytes.Span);
            if (!_splitter.IsInside)
            {
                if (line.StartsWith(End, StringComparison.Ordinal)) _ended = true;
                if (line.StartsWith('\\'))
                {
                    Command(line.TrimEnd());
                    continue;
                }
            }

            foreach (var statement in _splitter.Add(line))
            {
                if (Copy().IsMatch(statement))
                {
                    await InsertAsync(cancellationToken).ConfigureAwait(false);
                    await CopyAsync(statement, lines, cancellationToken).ConfigureAwait(false);
                }
                else
                {
                    await StatementAsync(statement, cancellationToken).ConfigureAwait(false);
                }
            }
        }

        await InsertAsync(cancellationToken).ConfigureAwait(false);
        if (!_ended || _splitter.IsInside) throw new InvalidDataException("it ends in the middle");
    }

    private void Command(string line)
    {
        if (line.StartsWith("\\restrict ", StringComparison.Ordinal) || line.StartsWith("\\unrestrict ", StringComparison.Ordinal)) return;
        // Where the script makes the database itself; it is made already, beside the live one.
        if (line.StartsWith("\\connect ", StringComparison.Ordinal) && ++_databases == 1) return;
        throw new InvalidDataException(_databases > 1 ? "it holds more than one database" : $"it has a command that only psql knows: {line.Split(' ')[0]}");
    }

    private async Task StatementAsync(string sql, CancellationToken cancellationToken)
    {
        if (!IsWanted(sql)) return;
        if (sql.StartsWith("INSERT INTO ", StringComparison.Ordinal))
        {
            _inserts.Append(sql).Append(";\n");
            if (_inserts.Length >= Together) await InsertAsync(cancellationToken).ConfigureAwait(false);
            return;
        }

        await InsertAsync(cancellationToken).ConfigureAwait(false);
        if (StringSetting().Match(sql) is { Success: true } setting) _splitter.StandardStrings = setting.Groups[1].Value == "on";
        await ExecuteAsync(sql, cancellationToken).ConfigureAwait(false);
        onPiece();
    }

    private async Task InsertAsync(CancellationToken cancellationToken)
    {
        if (_inserts.Length == 0) return;
        var sql = _inserts.ToString();
        _inserts.Clear();
        await ExecuteAsync(sql, cancellationToken).ConfigureAwait(false);
        onPiece();
    }

    private async Task ExecuteAsync(string sql, CancellationToken cancellationToken)
    {
        try
        {
            await connection.ExecuteAsync(StatementRunner.ForDriver(sql), cancellationToken).ConfigureAwait(false);
        }
        catch (PostgresException failure) when (IsNoMatter(sql, failure.SqlState))
        {
            // The data is none the worse for it.
        }
        catch (PostgresException failure)
        {
            throw new RestoreComplaintException(Shown(sql), failure);
        }
    }

    private async Task CopyAsync(string sql, ScriptLines lines, CancellationToken cancellationToken)
    {
        try
        {
            var stream = await connection.BeginCopyInAsync(sql, cancellationToken).ConfigureAwait(false);
            try
            {
                await RowsAsync(stream, lines, cancellationToken).ConfigureAwait(false);
                await stream.DisposeAsync().ConfigureAwait(false);
            }
            catch (Exception failure) when (failure is not PostgresException)
            {
                await AbandonAsync(stream).ConfigureAwait(false);
                throw;
            }
        }
        catch (PostgresException failure)
        {
            throw new RestoreComplaintException(Shown(sql), failure);
        }
    }

    private async Task RowsAsync(NpgsqlRawCopyStream stream, ScriptLines lines, CancellationToken cancellationToken)
    {
        var isOurs = encoding is UTF8Encoding;
        long since = 0;
        while (await lines.ReadAsync(cancellationToken).ConfigureAwait(false) is { } line)
        {
            if (line.Length <= 4 && line.Span.TrimEnd("\r\n"u8).SequenceEqual("\\."u8)) return;
            await stream.WriteAsync(isOurs ? line : Encoding.UTF8.GetBytes(encoding.GetString(line.Span)), cancellationToken).ConfigureAwait(false);
            if ((since += line.Length) < RowsTold) continue;
            since = 0;
            onPiece();
        }

        throw new InvalidDataException("it ends in the middle of a table's rows");
    }

    // Disposed, a COPY would count as whole.
    private static async Task AbandonAsync(NpgsqlRawCopyStream stream)
    {
        try
        {
            await stream.CancelAsync().ConfigureAwait(false);
        }
        catch (Exception failure) when (failure is NpgsqlException or IOException or InvalidOperationException or OperationCanceledException)
        {
            // The session is of no more use, and what led here is told.
        }
    }

    private bool IsWanted(string sql)
    {
        if (OfDatabase().IsMatch(sql) || EncodingSetting().IsMatch(sql)) return false;
        return mode switch
        {
            RestoreMode.Full => true,
            _ when Owner().IsMatch(sql) || Session().IsMatch(sql) => false,
            RestoreMode.WithoutOwners => true,
            _ when Grant().IsMatch(sql) => false,
            RestoreMode.Proof => !Replication().IsMatch(sql),
            _ => true,
        };
    }

    // A setting that only newer servers know; what is dropped before it is made, in a database that is empty; a comment on what isn't one's own.
    private bool IsNoMatter(string sql, string state) =>
        (state == PostgresErrorCodes.UndefinedObject && sql.StartsWith("SET ", StringComparison.Ordinal)) ||
        (state is "42P01" or "42704" or "42703" or "42883" or "3F000" && Drop().IsMatch(sql)) ||
        (state == PostgresErrorCodes.InsufficientPrivilege && mode != RestoreMode.Full && CommentOfOthers().IsMatch(sql)) ||
        (state == "42P06" && sql == "CREATE SCHEMA public");

    private static string Shown(string sql)
    {
        var line = sql.AsSpan();
        if (line.IndexOfAny('\r', '\n') is var at and >= 0) line = line[..at];
        return line.Length <= 80 ? line.ToString() : string.Concat(line[..79], "…");
    }

    [GeneratedRegex(@"^COPY\s.*\sFROM\s+stdin\b", RegexOptions.IgnoreCase | RegexOptions.Singleline)]
    private static partial Regex Copy();

    [GeneratedRegex(@"^((CREATE|ALTER|DROP|COMMENT ON) DATABASE\s|ALTER ROLE .* IN DATABASE |(GRANT|REVOKE) .* ON DATABASE |SECURITY LABEL .* ON DATABASE )", RegexOptions.Singleline)]
    private static partial Regex OfDatabase();

    [GeneratedRegex("^SET client_encoding")]
    private static partial Regex EncodingSetting();

    [GeneratedRegex("^SET standard_conforming_strings = (on|off)")]
    private static partial Regex StringSetting();

    [GeneratedRegex(@"^ALTER\s.* OWNER TO \S+$", RegexOptions.Singleline)]
    private static partial Regex Owner();

    [GeneratedRegex("^(SET SESSION AUTHORIZATION|RESET SESSION AUTHORIZATION|SET ROLE)")]
    private static partial Regex Session();

    [GeneratedRegex("^(GRANT|REVOKE|ALTER DEFAULT PRIVILEGES) ")]
    private static partial Regex Grant();

    [GeneratedRegex("^(CREATE|ALTER) (PUBLICATION|SUBSCRIPTION) ")]
    private static partial Regex Replication();

    [GeneratedRegex(@"^(DROP |ALTER .* DROP |SELECT pg_catalog\.lo_unlink\()", RegexOptions.Singleline)]
    private static partial Regex Drop();

    [GeneratedRegex("^COMMENT ON (EXTENSION|SCHEMA public) ")]
    private static partial Regex CommentOfOthers();
}
