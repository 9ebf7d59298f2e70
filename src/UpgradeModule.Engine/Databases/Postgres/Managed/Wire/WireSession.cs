using System.Globalization;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography;
using Npgsql;
using UpgradeModule.Engine.Databases.Postgres.Managed.Dump;

namespace UpgradeModule.Engine.Databases.Postgres.Managed.Wire;

/// <summary>
/// A session without the driver, for what the driver is slow at: reading many rows as text. It runs statements and reads rows, one after the other. What
/// fails is told as the driver tells it.
/// </summary>
internal sealed class WireSession : ISnapshotReader
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan s_shortPatience = TimeSpan.FromSeconds(2);

    private readonly PostgresLogIn _logIn;
    private readonly Stream _stream;
    private readonly WireChannel _channel;
    private readonly WireLogOn _logOn;
    private bool _busy;
    private bool _closed;

    private WireSession(PostgresLogIn logIn, Stream stream, WireChannel channel, WireLogOn logOn)
    {
        (_logIn, _stream, _channel, _logOn) = (logIn, stream, channel, logOn);
        Major = int.TryParse(logOn.Version.AsSpan(0, Math.Max(0, logOn.Version.AsSpan().IndexOfAnyExceptInRange('0', '9'))), NumberStyles.None, CultureInfo.InvariantCulture, out var major) ? major : throw new WireUnusableException("the server doesn't tell its version");
    }

    /// <inheritdoc/>
    public int Major { get; }

    /// <summary>Connects, where that is possible without the driver.</summary>
    /// <param name="logIn">The database and role.</param>
    /// <param name="encrypted">Whether the session must be encrypted whatever the log-in says.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <returns>The session, or why there is none.</returns>
    public static async Task<(WireSession? Session, string? Obstacle)> TryOpenAsync(PostgresLogIn logIn, bool encrypted, CancellationToken cancellationToken)
    {
        if (WireEnvironment.Obstacle(logIn) is { } obstacle) return (null, obstacle);
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(s_patience);
        try
        {
            var stream = await WireSocket.ConnectAsync(logIn, encrypted, patience.Token).ConfigureAwait(false);
            return (await OverAsync(stream, logIn, patience.Token).ConfigureAwait(false), null);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return (null, "the server doesn't answer");
        }
        catch (Exception failure) when (failure is WireUnusableException or NpgsqlException or IOException or SocketException or AuthenticationException or CryptographicException or ArgumentException)
        {
            return (null, failure is PostgresException server ? server.MessageText : failure.Message);
        }
    }

    /// <inheritdoc/>
    public async Task ExecuteAsync(string sql, CancellationToken cancellationToken)
    {
        _busy = true;
        await _channel.SendAsync(WireMessages.Query(sql), cancellationToken).ConfigureAwait(false);
        PostgresException? failure = null;
        while (true)
        {
            var (type, payload) = await _channel.ReadAsync(cancellationToken).ConfigureAwait(false);
            if (type == (byte)'Z') break;
            if (type == (byte)'E') failure ??= Failure(payload.Span);
            if (type == (byte)'G') await _channel.SendAsync(WireMessages.CopyFail(), cancellationToken).ConfigureAwait(false);
        }

        _busy = false;
        if (failure is not null) throw failure;
    }

    /// <inheritdoc/>
    public async Task<CopyOut> BeginCopyOutAsync(string sql, CancellationToken cancellationToken)
    {
        _busy = true;
        await _channel.SendAsync(WireMessages.Query(sql), cancellationToken).ConfigureAwait(false);
        while (true)
        {
            var (type, payload) = await _channel.ReadAsync(cancellationToken).ConfigureAwait(false);
            switch (type)
            {
                case (byte)'H':
                    return new CopyOut(new WireCopyStream(this));
                case (byte)'E':
                    await EndAsync(Failure(payload.Span), cancellationToken).ConfigureAwait(false);
                    break;
                default:
                    if (!WireMessages.IsAside(type)) throw WireErrors.Unexpected(type);
                    break;
            }
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_closed) return;
        _closed = true;
        using var patience = new CancellationTokenSource(s_shortPatience);
        try
        {
            // A server that is still at work for us would find out only when it has rows to send.
            if (_busy) await CancelAsync(patience.Token).ConfigureAwait(false);
            else await _channel.SendAsync(WireMessages.Terminate(), patience.Token).ConfigureAwait(false);
        }
        catch (Exception failure) when (failure is WireUnusableException or NpgsqlException or IOException or SocketException or AuthenticationException or OperationCanceledException)
        {
            // The connection ends either way.
        }

        await _stream.DisposeAsync().ConfigureAwait(false);
    }

    /// <summary>The connection, for who reads rows.</summary>
    internal WireChannel Channel => _channel;

    /// <summary>Begins a session over a connection that is there, and logs in.</summary>
    /// <param name="stream">The connection; it is the session's from now on.</param>
    /// <param name="logIn">The database and role.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    internal static async Task<WireSession> OverAsync(Stream stream, PostgresLogIn logIn, CancellationToken cancellationToken)
    {
        try
        {
            var channel = new WireChannel(stream);
            var logOn = new WireLogOn(channel, stream, logIn);
            await logOn.RunAsync(cancellationToken).ConfigureAwait(false);
            return new WireSession(logIn, stream, channel, logOn);
        }
        catch
        {
            await stream.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Reads what comes in a COPY that isn't a row: a message by the way, after which rows may go on, or the end, which must be whole.</summary>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>Whether it was the end, and how many rows the server says there were, if it says so.</returns>
    internal async ValueTask<(bool Ended, long? Rows)> PassAsync(CancellationToken cancellationToken)
    {
        var (type, _) = await NextAsync(cancellationToken).ConfigureAwait(false);
        if (WireMessages.IsAside(type)) return (false, null);
        if (type != (byte)'c') throw WireErrors.Unexpected(type);
        var rows = WireMessages.RowsOf((await ExpectAsync((byte)'C', cancellationToken).ConfigureAwait(false)).Span);
        await ExpectAsync((byte)'Z', cancellationToken).ConfigureAwait(false);
        _busy = false;
        return (true, rows);
    }

    private async ValueTask<ReadOnlyMemory<byte>> ExpectAsync(byte wanted, CancellationToken cancellationToken)
    {
        while (true)
        {
            var (type, payload) = await NextAsync(cancellationToken).ConfigureAwait(false);
            if (type == wanted) return payload;
            if (!WireMessages.IsAside(type)) throw WireErrors.Unexpected(type);
        }
    }

    private async ValueTask<(byte Type, ReadOnlyMemory<byte> Payload)> NextAsync(CancellationToken cancellationToken)
    {
        var message = await _channel.ReadAsync(cancellationToken).ConfigureAwait(false);
        if (message.Type == (byte)'E') await EndAsync(Failure(message.Payload.Span), cancellationToken).ConfigureAwait(false);
        return message;
    }

    // After an error the server is ready again, and says so; after one that ends the session nothing more comes.
    private async Task EndAsync(PostgresException failure, CancellationToken cancellationToken)
    {
        while ((await _channel.ReadAsync(cancellationToken).ConfigureAwait(false)).Type != (byte)'Z')
        {
        }

        _busy = false;
        throw failure;
    }

    private static PostgresException Failure(ReadOnlySpan<byte> payload)
    {
        var failure = WireErrors.Server(payload);
        return WireErrors.EndsSession(failure) ? throw failure : failure;
    }

    private async Task CancelAsync(CancellationToken cancellationToken)
    {
        var second = await WireSocket.ConnectAsync(_logIn, encrypted: _stream is System.Net.Security.SslStream, cancellationToken).ConfigureAwait(false);
        await using (second.ConfigureAwait(false))
        {
            await second.WriteAsync(WireMessages.Cancel(_logOn.Process, _logOn.Key), cancellationToken).ConfigureAwait(false);
            // The server closes it when it has passed the word on.
            await second.ReadAsync(new byte[1], cancellationToken).ConfigureAwait(false);
        }
    }
}
