using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using System.Threading.Channels;
using UpgradeModule.Engine.Databases.Programs;

namespace UpgradeModule.Engine.Databases.MySql;

/// <summary>
/// A session with a server, held by its own client program, which reads statements and writes results as long as the session lasts. It ends with
/// this process, whatever becomes of it: the program's input ends then. Statements come one at a time.
/// </summary>
internal sealed partial class MySqlSession : IAsyncDisposable
{
    private static readonly string[] s_arguments = ["--xml", "--force", "--binary-mode", "--skip-reconnect", "--unbuffered", "--quick", "--no-auto-rehash", "--default-character-set=utf8mb4"];
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(10);

    private readonly Channel<string> _statements = Channel.CreateUnbounded<string>();
    private readonly Channel<IReadOnlyList<IReadOnlyList<string?>>> _results = Channel.CreateUnbounded<IReadOnlyList<IReadOnlyList<string?>>>();
    private readonly CancellationTokenSource _stop = new();
    private readonly SemaphoreSlim _gate = new(1, 1);
    private readonly MySqlTool _tool;
    private readonly Task<ProgramOutcome> _run;
    private MySqlFailure? _lost;
    private int _number;
    private bool _failed;

    private MySqlSession(MySqlTool tool, ProgramRequest request)
    {
        _tool = tool;
        _run = RunAsync(request);
    }

    /// <summary>The server's version.</summary>
    public MySqlVersion Server { get; private set; } = new(MySqlFlavour.MySql, new Version(0, 0), "");

    /// <summary>Opens a session.</summary>
    /// <param name="tool">The client program.</param>
    /// <param name="logIn">The server and the log-in.</param>
    /// <param name="database">The database; none where <see langword="null"/>.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    /// <exception cref="MySqlFailure">It could not be opened.</exception>
    public static async Task<MySqlSession> OpenAsync(MySqlTool tool, MySqlLogIn logIn, string? database, CancellationToken cancellationToken)
    {
        var request = await tool.RequestAsync(logIn, database is null ? s_arguments : [.. s_arguments, "--database=" + database], cancellationToken).ConfigureAwait(false);
        var session = new MySqlSession(tool, request);
        try
        {
            // Time-outs of the server or the user don't fit this work; what quoting means is the same for all statements.
            await session.ExecuteAsync("SET SESSION sql_mode = '', SESSION wait_timeout = 2147483, SESSION lock_wait_timeout = 60, SESSION net_write_timeout = 3600, SESSION net_read_timeout = 3600", cancellationToken).ConfigureAwait(false);
            var version = await session.ScalarAsync("SELECT VERSION()", cancellationToken).ConfigureAwait(false) ?? "";
            session.Server = (MySqlVersion.OfServer(version) ?? throw new MySqlFailure(0, $"it tells no version that is known here ('{version}')")) with { Text = version };
            await session.RequireTlsAsync(tool, logIn, cancellationToken).ConfigureAwait(false);
            return session;
        }
        catch
        {
            await session.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Runs a statement of ours.</summary>
    /// <param name="sql">The statement, without a semicolon at its end.</param>
    /// <param name="cancellationToken">Ends the wait, and the session with it.</param>
    /// <returns>The rows of its first result.</returns>
    /// <exception cref="MySqlFailure">The server says no.</exception>
    public async Task<IReadOnlyList<IReadOnlyList<string?>>> QueryAsync(string sql, CancellationToken cancellationToken)
    {
        await _gate.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            return await TalkAsync(sql, cancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            // Its answer would be taken for that of the next.
            await _stop.CancelAsync().ConfigureAwait(false);
            throw;
        }
        finally
        {
            _gate.Release();
        }
    }

    /// <summary>Runs a query of somebody else: one statement, which the client program doesn't look into.</summary>
    /// <param name="sql">The query.</param>
    /// <param name="cancellationToken">Ends the wait, and the session with it.</param>
    public async Task<IReadOnlyList<IReadOnlyList<string?>>> QueryForeignAsync(string sql, CancellationToken cancellationToken)
    {
        var text = sql.Trim().TrimEnd(';');
        await QueryAsync($"SET @um_query = CONVERT({MySqlText.Bytes(text)} USING utf8mb4)", cancellationToken).ConfigureAwait(false);
        await QueryAsync("PREPARE um_query FROM @um_query", cancellationToken).ConfigureAwait(false);
        try
        {
            return await QueryAsync("EXECUTE um_query", cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            if (_lost is null && !_stop.IsCancellationRequested) await QueryAsync("DEALLOCATE PREPARE um_query", CancellationToken.None).ConfigureAwait(false);
        }
    }

    /// <summary>Runs a statement that gives nothing.</summary>
    /// <param name="sql">The statement.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public Task ExecuteAsync(string sql, CancellationToken cancellationToken) => QueryAsync(sql, cancellationToken);

    /// <summary>Runs a query that gives one value.</summary>
    /// <param name="sql">The query.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async Task<string?> ScalarAsync(string sql, CancellationToken cancellationToken) =>
        await QueryAsync(sql, cancellationToken).ConfigureAwait(false) is [[var value, ..], ..] ? value : null;

    /// <summary>Runs a query that gives one number.</summary>
    /// <param name="sql">The query.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async Task<long> NumberAsync(string sql, CancellationToken cancellationToken) =>
        decimal.TryParse(await ScalarAsync(sql, cancellationToken).ConfigureAwait(false), NumberStyles.Number, CultureInfo.InvariantCulture, out var number) ? (long)number : 0;

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        _statements.Writer.TryComplete();
        // The program ends by itself where its input does; one that hangs is killed.
        await Task.WhenAny(_run, Task.Delay(s_patience)).ConfigureAwait(false);
        await _stop.CancelAsync().ConfigureAwait(false);
        await _run.ContinueWith(static _ => { }, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default).ConfigureAwait(false);
        _stop.Dispose();
        _gate.Dispose();
    }

    // MariaDB's programs take a connection without TLS where they are told to use it, but not to look at certificates.
    private async Task RequireTlsAsync(MySqlTool tool, MySqlLogIn logIn, CancellationToken cancellationToken)
    {
        if (logIn.Target.SslMode is not ("require" or "verify-ca" or "verify-full")) return;
        var (host, _) = await tool.Place.AddressAsync(logIn.Target, MySqlLogIn.UsualPort, cancellationToken).ConfigureAwait(false);
        if (host.StartsWith('/') || await QueryAsync("SHOW SESSION STATUS LIKE 'Ssl_cipher'", cancellationToken).ConfigureAwait(false) is [[_, { Length: > 0 }], ..]) return;
        throw new UpgradeException("DatabaseUnreachable", UpgradeErrorCategory.ConnectionError, logIn.ToString(), $"The TLS mode of '{logIn}' is '{logIn.Target.SslMode}', and the connection to its server isn't encrypted.", "Set TLS up on the server, and name the mode verify-full, which also looks at the server's certificate; or name another mode (-DatabaseSslMode) where the network is trusted.");
    }

    // After each statement come its errors, and a result by which its end is known.
    private async Task<IReadOnlyList<IReadOnlyList<string?>>> TalkAsync(string sql, CancellationToken cancellationToken)
    {
        var mark = string.Create(CultureInfo.InvariantCulture, $"um-end-{++_number}");
        // A statement that touches no table leaves the errors of the one before in place, where they would be taken for its own.
        var clear = _failed ? "SET @um_clear = (SELECT COUNT(*) FROM information_schema.ENGINES);\n" : "";
        _failed = false;
        _statements.Writer.TryWrite($"{clear}{sql}\n;\nSHOW ERRORS;\nSELECT '{mark}';\n");
        var results = new List<IReadOnlyList<IReadOnlyList<string?>>>();
        while (true)
        {
            if (!await _results.Reader.WaitToReadAsync(cancellationToken).ConfigureAwait(false)) throw await LostAsync(cancellationToken).ConfigureAwait(false);
            if (!_results.Reader.TryRead(out var result)) continue;
            if (result is [[var value]] && value == mark) break;
            results.Add(result);
        }

        if (results is [.., [[_, var code, var message], ..]] && int.TryParse(code, NumberStyles.None, CultureInfo.InvariantCulture, out var number))
        {
            _failed = true;
            throw new MySqlFailure(number, message ?? "");
        }

        return results.Count > 1 ? results[0] : [];
    }

    private async Task<MySqlFailure> LostAsync(CancellationToken cancellationToken)
    {
        if (_lost is { } known) return known;
        var outcome = await _run.WaitAsync(cancellationToken).ConfigureAwait(false);
        return MySqlErrors.Read(outcome);
    }

    private async Task<ProgramOutcome> RunAsync(ProgramRequest request)
    {
        try
        {
            return await _tool.Place.RunAsync(request with { Input = WriteAsync, Output = ReadAsync, OnError = Watch }, _stop.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (_lost is { } lost)
        {
            return new ProgramOutcome(1, [lost.Message]);
        }
        finally
        {
            _results.Writer.TryComplete();
        }
    }

    private async Task WriteAsync(Stream input, CancellationToken cancellationToken)
    {
        await foreach (var text in _statements.Reader.ReadAllAsync(cancellationToken).ConfigureAwait(false))
        {
            await input.WriteAsync(Encoding.UTF8.GetBytes(text), cancellationToken).ConfigureAwait(false);
            await input.FlushAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task ReadAsync(Stream output, CancellationToken cancellationToken)
    {
        using var reader = new StreamReader(output, Encoding.UTF8, detectEncodingFromByteOrderMarks: false, leaveOpen: true);
        var results = new ResultReader(reader);
        while (await results.NextAsync(cancellationToken).ConfigureAwait(false) is { } result) _results.Writer.TryWrite(result);
        _results.Writer.TryComplete();
    }

    // A session that is lost answers nothing more, and the program goes on reading.
    private void Watch(string line)
    {
        if (_lost is not null || Lost().Match(line) is not { Success: true } match) return;
        _lost = new MySqlFailure(int.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture), match.Groups[2].Value);
        _results.Writer.TryComplete();
        _statements.Writer.TryComplete();
    }

    [GeneratedRegex(@"^ERROR (1053|1927|2\d\d\d|4031)(?: \(\w+\))?[^:]*: (.*)$")]
    private static partial Regex Lost();
}
