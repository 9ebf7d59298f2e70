using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace UpgradeModule.Engine.Databases.Postgres.Managed.Wire;

/// <summary>Encrypts connections, and checks certificates as the driver does, and PostgreSQL's own programs.</summary>
internal static class WireTls
{
    /// <summary>Encrypts a connection.</summary>
    /// <param name="stream">The connection, whose server has said that it takes TLS.</param>
    /// <param name="host">The server's name as it was given.</param>
    /// <param name="mode">The TLS mode, in the words of PostgreSQL.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <exception cref="AuthenticationException">The certificate isn't to be trusted.</exception>
    public static async Task<SslStream> EncryptAsync(Stream stream, string host, string mode, CancellationToken cancellationToken)
    {
        var encrypted = new SslStream(stream, leaveInnerStreamOpen: false);
        try
        {
            var options = new SslClientAuthenticationOptions
            {
                TargetHost = host,
                CertificateRevocationCheckMode = X509RevocationMode.NoCheck,
                RemoteCertificateValidationCallback = (_, certificate, chain, errors) => IsTrusted(mode, certificate, chain, errors),
                ApplicationProtocols = [new SslApplicationProtocol("postgresql")],
            };
            await encrypted.AuthenticateAsClientAsync(options, cancellationToken).ConfigureAwait(false);
            return encrypted;
        }
        catch
        {
            await encrypted.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>The hash of a server's certificate that a log-in is bound to (RFC 5929, tls-server-end-point).</summary>
    /// <param name="stream">The connection.</param>
    /// <returns>The hash; <see langword="null"/> where none is known for such a certificate.</returns>
    public static byte[]? HashOf(SslStream stream)
    {
        if (stream.RemoteCertificate is not { } remote) return null;
        var bytes = remote.GetRawCertData();
        using var certificate = new X509Certificate2(remote);
        // By the hash of its signature, where that is no weaker than SHA-256. Those of EdDSA and RSA-PSS don't name one.
        return certificate.SignatureAlgorithm.Value switch
        {
            "1.2.840.113549.1.1.4" or "1.2.840.113549.1.1.5" or "1.2.840.10045.4.1" or "1.2.840.113549.1.1.11" or "1.2.840.10045.4.3.2" => SHA256.HashData(bytes),
            "1.2.840.113549.1.1.12" or "1.2.840.10045.4.3.3" => SHA384.HashData(bytes),
            "1.2.840.113549.1.1.13" or "1.2.840.10045.4.3.4" => SHA512.HashData(bytes),
            _ => null,
        };
    }

    private static bool IsTrusted(string mode, X509Certificate? certificate, X509Chain? chain, SslPolicyErrors errors)
    {
        if (mode is not ("verify-ca" or "verify-full")) return true;
        if (certificate is null || chain is null) return false;
        if (mode == "verify-full" && errors.HasFlag(SslPolicyErrors.RemoteCertificateNameMismatch)) return false;
        if (WireEnvironment.RootCertificate is not { } root) return (errors & ~SslPolicyErrors.RemoteCertificateNameMismatch) == SslPolicyErrors.None;
        // A root that was given is the only one that counts, even where the system would trust another.
        var roots = new X509Certificate2Collection();
        roots.ImportFromPemFile(root);
        if (roots.Count == 0) return false;
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.AddRange(roots);
        chain.ChainPolicy.ExtraStore.AddRange(roots);
        using var own = new X509Certificate2(certificate);
        return chain.Build(own);
    }
}
