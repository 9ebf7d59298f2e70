using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace UpgradeModule.Engine.Containers.Transports;

/// <summary>The ca.pem, cert.pem and key.pem of a folder, as docker has them. Without ca.pem, the machine's own authorities count.</summary>
internal sealed class TlsCertificates : IDisposable
{
    private readonly X509Certificate2Collection _authorities = [];

    private TlsCertificates()
    {
    }

    /// <summary>The certificate that is shown to the engine, if any.</summary>
    public X509CertificateCollection? Client { get; private set; }

    /// <summary>Reads them.</summary>
    /// <param name="folder">The folder.</param>
    /// <exception cref="UpgradeException"><c>ContainerConfigInvalid</c>: one can't be read.</exception>
    public static TlsCertificates Load(string folder)
    {
        var certificates = new TlsCertificates();
        var file = Path.Combine(folder, "ca.pem");
        try
        {
            if (File.Exists(file)) certificates._authorities.ImportFromPemFile(file);
            file = Path.Combine(folder, "cert.pem");
            var key = Path.Combine(folder, "key.pem");
            if (File.Exists(file) && File.Exists(key)) certificates.Client = [Usable(X509Certificate2.CreateFromPemFile(file, key))];
            return certificates;
        }
        catch (Exception failure) when (failure is CryptographicException or IOException or UnauthorizedAccessException)
        {
            certificates.Dispose();
            throw EngineErrors.ConfigInvalid(file, failure.Message, failure);
        }
    }

    /// <summary>Tells why an engine's certificate isn't trusted.</summary>
    /// <param name="certificate">The certificate.</param>
    /// <param name="sent">The chain that the engine sent with it.</param>
    /// <param name="errors">What the machine's own check found.</param>
    /// <returns>The reason; <see langword="null"/> where it is trusted.</returns>
    public string? Refuse(X509Certificate? certificate, X509Chain? sent, SslPolicyErrors errors)
    {
        if (certificate is null || errors.HasFlag(SslPolicyErrors.RemoteCertificateNotAvailable)) return "the engine shows no certificate";
        if (errors.HasFlag(SslPolicyErrors.RemoteCertificateNameMismatch)) return $"the engine's certificate is for another host ('{certificate.Subject}')";
        if (errors == SslPolicyErrors.None && _authorities.Count == 0) return null;
        if (_authorities.Count == 0) return $"the engine's certificate ('{certificate.Subject}') is not trusted by this machine";
        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.AddRange(_authorities);
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        if (sent is not null) chain.ChainPolicy.ExtraStore.AddRange(sent.ChainPolicy.ExtraStore);
        using var copy = new X509Certificate2(certificate);
        if (chain.Build(copy)) return null;
        return $"the engine's certificate ('{certificate.Subject}') is not trusted: {string.Join(", ", chain.ChainStatus.Select(status => status.StatusInformation.Trim()).Distinct())}";
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var authority in _authorities) authority.Dispose();
    }

    // Windows can't show a certificate whose key is only in memory.
    private static X509Certificate2 Usable(X509Certificate2 certificate)
    {
        if (!OperatingSystem.IsWindows()) return certificate;
        using (certificate) return new X509Certificate2(certificate.Export(X509ContentType.Pfx));
    }
}
