using System.Buffers.Binary;
using System.Net.Security;
using System.Security.Cryptography;
using System.Text;

namespace UpgradeModule.Engine.Databases.Postgres.Managed.Wire;

/// <summary>Begins a session: says who logs in to what, and proves it with a password where one is wanted.</summary>
/// <param name="channel">The connection.</param>
/// <param name="stream">The same, to tell whether it is encrypted.</param>
/// <param name="logIn">The database, role and password.</param>
internal sealed class WireLogOn(WireChannel channel, Stream stream, PostgresLogIn logIn)
{
    private ScramClient? _scram;
    private bool _proven;

    /// <summary>The server's version, as it tells it.</summary>
    public string Version { get; private set; } = "";

    /// <summary>The process of the session on the server.</summary>
    public int Process { get; private set; }

    /// <summary>What its work can be cancelled with.</summary>
    public byte[] Key { get; private set; } = [];

    /// <summary>Logs in, until the server takes statements.</summary>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <exception cref="WireUnusableException">The server wants what isn't known here.</exception>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        // The same settings as the driver's sessions have.
        await channel.SendAsync(WireMessages.StartUp([("user", logIn.Credential.UserName), ("database", logIn.Database), ("application_name", PostgresLogIn.ApplicationName), ("client_encoding", "UTF8")]), cancellationToken).ConfigureAwait(false);
        while (true)
        {
            var (type, payload) = await channel.ReadAsync(cancellationToken).ConfigureAwait(false);
            switch (type)
            {
                case (byte)'R':
                    if (Answer(payload.Span) is { } answer) await channel.SendAsync(answer, cancellationToken).ConfigureAwait(false);
                    break;
                case (byte)'S':
                    if (Texts(payload.Span) is ["server_version", var version, ..]) Version = version;
                    break;
                case (byte)'K':
                    (Process, Key) = (BinaryPrimitives.ReadInt32BigEndian(payload.Span), payload[sizeof(int)..].ToArray());
                    break;
                case (byte)'Z':
                    return;
                case (byte)'E':
                    throw WireErrors.Server(payload.Span);
                case (byte)'N':
                    break;
                default:
                    // A server that wants another version of the protocol to be negotiated is one of them.
                    throw WireErrors.Unexpected(type);
            }
        }
    }

    private byte[]? Answer(ReadOnlySpan<byte> payload)
    {
        var wanted = BinaryPrimitives.ReadInt32BigEndian(payload);
        var rest = payload[sizeof(int)..];
        switch (wanted)
        {
            case 0:
                // A server that let us in without the end of the exchange never proved that it knows the password.
                return _scram is null || _proven ? null : throw new WireUnusableException("the server broke off the log-in by SCRAM-SHA-256");
            case 3:
                return WireMessages.Password(Password());
            case 5:
                return WireMessages.Password(Md5(Password(), logIn.Credential.UserName, rest));
            case 10:
                _scram = new ScramClient(Texts(rest), stream is SslStream encrypted ? WireTls.HashOf(encrypted) : null);
                _ = Password();
                return WireMessages.SaslFirst(_scram.Mechanism, _scram.First);
            case 11 when _scram is not null:
                return WireMessages.SaslNext(_scram.Answer(Encoding.UTF8.GetString(rest), Password()));
            case 12 when _scram is not null:
                _scram.Check(Encoding.UTF8.GetString(rest));
                _proven = true;
                return null;
            default:
                throw new WireUnusableException("the server wants another way of logging in than by a password");
        }
    }

    // Without one, the driver knows where else to look.
    private string Password() => logIn.Credential.Reveal() is { Length: > 0 } password ? password : throw new WireUnusableException("the server wants a password and none was given");

    private static string Md5(string password, string user, ReadOnlySpan<byte> salt)
    {
        // What the protocol wants is what is answered; the server's own rules say whether so weak a hash will do.
#pragma warning disable CA5351
        var inner = Convert.ToHexString(MD5.HashData(Encoding.UTF8.GetBytes(password + user))).ToLowerInvariant();
        return "md5" + Convert.ToHexString(MD5.HashData([.. Encoding.ASCII.GetBytes(inner), .. salt])).ToLowerInvariant();
#pragma warning restore CA5351
    }

    private static string[] Texts(ReadOnlySpan<byte> payload) => Encoding.UTF8.GetString(payload).Split('\0', StringSplitOptions.RemoveEmptyEntries);
}
