using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace UpgradeModule.Engine.Databases.Postgres.Managed.Wire;

/// <summary>The client's part of SCRAM-SHA-256 (RFC 5802, RFC 7677), with the server's certificate bound to it where there is one.</summary>
internal sealed class ScramClient
{
    private const int MostRounds = 10_000_000;

    private readonly string _flag;
    private readonly byte[] _bound;
    private readonly string _nonce;
    private string? _signature;

    /// <summary>Begins an exchange.</summary>
    /// <param name="mechanisms">What the server offers.</param>
    /// <param name="certificate">The hash of the server's certificate; <see langword="null"/> where there is no TLS or no hash is known for it.</param>
    /// <param name="nonce">The client's random text; fresh where empty.</param>
    /// <exception cref="WireUnusableException">The server offers nothing that is known.</exception>
    public ScramClient(IReadOnlyCollection<string> mechanisms, byte[]? certificate, string? nonce = null)
    {
        var binds = certificate is not null && mechanisms.Contains("SCRAM-SHA-256-PLUS");
        if (!binds && !mechanisms.Contains("SCRAM-SHA-256")) throw new WireUnusableException("the server wants another way of logging in than SCRAM-SHA-256");
        Mechanism = binds ? "SCRAM-SHA-256-PLUS" : "SCRAM-SHA-256";
        // Where binding was possible and isn't offered, the server is told so: one that did offer it finds out that somebody stands between.
        _flag = binds ? "p=tls-server-end-point,," : certificate is not null && !mechanisms.Contains("SCRAM-SHA-256-PLUS") ? "y,," : "n,,";
        _bound = binds ? [.. Encoding.ASCII.GetBytes(_flag), .. certificate!] : Encoding.ASCII.GetBytes(_flag);
        _nonce = nonce ?? Convert.ToBase64String(RandomNumberGenerator.GetBytes(18));
    }

    /// <summary>The mechanism that is used.</summary>
    public string Mechanism { get; }

    /// <summary>The client's first message. The server knows the role already, and takes any name here.</summary>
    public string First => _flag + Bare;

    private string Bare => "n=,r=" + _nonce;

    /// <summary>Answers the server's first message.</summary>
    /// <param name="message">The message.</param>
    /// <param name="password">The password.</param>
    /// <returns>The client's last message, with the proof that it knows the password.</returns>
    /// <exception cref="WireUnusableException">The message can't be.</exception>
    public string Answer(string message, string password)
    {
        var fields = Fields(message);
        if (!fields.TryGetValue('r', out var nonce) || !nonce.StartsWith(_nonce, StringComparison.Ordinal) || nonce.Length == _nonce.Length || !fields.TryGetValue('s', out var salt)
            || !int.TryParse(fields.GetValueOrDefault('i'), NumberStyles.None, CultureInfo.InvariantCulture, out var rounds) || rounds is < 1 or > MostRounds) throw Odd();
        var bytes = new byte[salt.Length];
        if (!Convert.TryFromBase64String(salt, bytes, out var length)) throw Odd();
        var salted = Rfc2898DeriveBytes.Pbkdf2(Encoding.UTF8.GetBytes(password.Normalize(NormalizationForm.FormKC)), bytes.AsSpan(0, length), rounds, HashAlgorithmName.SHA256, SHA256.HashSizeInBytes);
        var client = HMACSHA256.HashData(salted, "Client Key"u8);
        var last = $"c={Convert.ToBase64String(_bound)},r={nonce}";
        var exchange = Encoding.UTF8.GetBytes($"{Bare},{message},{last}");
        var proof = HMACSHA256.HashData(SHA256.HashData(client), exchange);
        for (var place = 0; place < proof.Length; place++) proof[place] ^= client[place];
        _signature = Convert.ToBase64String(HMACSHA256.HashData(HMACSHA256.HashData(salted, "Server Key"u8), exchange));
        return $"{last},p={Convert.ToBase64String(proof)}";
    }

    /// <summary>Checks the server's last message: whether it knows the password too.</summary>
    /// <param name="message">The message.</param>
    /// <exception cref="WireUnusableException">It doesn't.</exception>
    public void Check(string message)
    {
        if (_signature is null || Fields(message).GetValueOrDefault('v') != _signature) throw new WireUnusableException("the server didn't prove that it knows the password");
    }

    private static Dictionary<char, string> Fields(string message)
    {
        var fields = new Dictionary<char, string>();
        foreach (var part in message.Split(',').Where(part => part.Length >= 2 && part[1] == '=')) fields.TryAdd(part[0], part[2..]);
        return fields;
    }

    private static WireUnusableException Odd() => new("the server's part of SCRAM-SHA-256 is odd");
}
