using System.Security.Cryptography;
using System.Text;

namespace UpgradeModule.Engine.Backups;

/// <summary>
/// Tells one encryption key from another without giving either away: a salted, deliberately slow hash, since people choose short keys and a
/// backup may come into other hands.
/// </summary>
internal sealed record KeyFingerprint
{
    private const string KnownAlgorithm = "PBKDF2-SHA256";
    private const int UsualIterations = 600_000;
    private const int MostIterations = 100_000_000;

    /// <summary>The setting that holds the key.</summary>
    public string Setting { get; init; } = "";

    /// <summary>The hash's name.</summary>
    public string Algorithm { get; init; } = "";

    /// <summary>How often it is repeated.</summary>
    public int Iterations { get; init; }

    /// <summary>The salt, in hexadecimal digits.</summary>
    public string Salt { get; init; } = "";

    /// <summary>The hash, in hexadecimal digits.</summary>
    public string Hash { get; init; } = "";

    /// <summary>Makes the fingerprint of a key.</summary>
    /// <param name="setting">The setting that holds it.</param>
    /// <param name="key">The key.</param>
    public static KeyFingerprint Of(string setting, string key)
    {
        var salt = RandomNumberGenerator.GetBytes(16);
        return new KeyFingerprint
        {
            Setting = setting,
            Algorithm = KnownAlgorithm,
            Iterations = UsualIterations,
            Salt = Convert.ToHexString(salt).ToLowerInvariant(),
            Hash = Convert.ToHexString(Derive(key, salt, UsualIterations)).ToLowerInvariant(),
        };
    }

    /// <summary>Whether a key is the one that this is the fingerprint of.</summary>
    /// <param name="key">The key.</param>
    /// <returns>The answer; <see langword="null"/> where the fingerprint is of a kind that isn't known.</returns>
    public bool? Matches(string key)
    {
        if (Algorithm != KnownAlgorithm || Iterations is < 1 or > MostIterations) return null;
        try
        {
            return CryptographicOperations.FixedTimeEquals(Derive(key, Convert.FromHexString(Salt), Iterations), Convert.FromHexString(Hash));
        }
        catch (FormatException)
        {
            return null;
        }
    }

    private static byte[] Derive(string key, byte[] salt, int iterations) => Rfc2898DeriveBytes.Pbkdf2(Encoding.UTF8.GetBytes(key), salt, iterations, HashAlgorithmName.SHA256, 32);
}
