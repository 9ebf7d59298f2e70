using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using UpgradeModule.Engine.Containers.Addresses;

namespace UpgradeModule.Engine.Containers.Transports;

/// <summary>Connects by TCP, with TLS where the address asks for it.</summary>
internal sealed class TcpTransport(EngineAddress address) : IEngineTransport
{
    /// <inheritdoc/>
    public async Task<Stream> ConnectAsync(CancellationToken cancellationToken)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        Stream? stream = null;
        try
        {
            await socket.ConnectAsync(address.Host, address.Port, cancellationToken).ConfigureAwait(false);
            stream = new NetworkStream(socket, ownsSocket: true);
            return address.Tls is null ? stream : await SecureAsync(stream, address.Tls, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception failure)
        {
            if (stream is not null) await stream.DisposeAsync().ConfigureAwait(false);
            socket.Dispose();
            if (failure is SocketException or IOException) throw EngineErrors.Unreachable(address.Text, failure.Message, "Check the address, and that the engine listens there." + EngineTransports.Origin(address), failure);
            throw;
        }
    }

    private async Task<Stream> SecureAsync(Stream stream, EngineTls tls, CancellationToken cancellationToken)
    {
        using var certificates = TlsCertificates.Load(tls.Folder);
        string? reason = null;
        var secure = new SslStream(stream, leaveInnerStreamOpen: false);
        try
        {
            var options = new SslClientAuthenticationOptions
            {
                TargetHost = address.Host,
                ClientCertificates = certificates.Client,
                RemoteCertificateValidationCallback = (_, certificate, chain, errors) => !tls.Verify || (reason = certificates.Refuse(certificate, chain, errors)) is null,
            };
            await secure.AuthenticateAsClientAsync(options, cancellationToken).ConfigureAwait(false);
            return secure;
        }
        catch (Exception failure) when (failure is AuthenticationException or IOException)
        {
            await secure.DisposeAsync().ConfigureAwait(false);
            var remedy = reason is not null
                ? $"Put the certificate of the authority that signed the engine's into ca.pem in '{tls.Folder}', and use a host name that the engine's certificate has."
                : $"Check that the engine speaks TLS at this port and takes the certificate in cert.pem in '{tls.Folder}'.";
            throw EngineErrors.Unreachable(address.Text, reason ?? "TLS could not be set up: " + (failure.InnerException ?? failure).Message, remedy + EngineTransports.Origin(address), failure, UpgradeErrorCategory.AuthenticationError);
        }
    }
}
