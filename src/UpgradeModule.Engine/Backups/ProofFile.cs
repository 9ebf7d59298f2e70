using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;
using UpgradeModule.Engine.Operations;

namespace UpgradeModule.Engine.Backups;

/// <summary>
/// The file of a proof, <c>proof-TIME-HASH.json</c>. The checksums don't cover it, which are written before any proof: the hash in its name does, the first
/// half of its SHA-256.
/// </summary>
internal static class ProofFile
{
    private const int HashLength = 32;

    /// <summary>The name of a proof.</summary>
    /// <param name="provenOn">When it was given.</param>
    /// <param name="content">What it says.</param>
    public static string Name(DateTimeOffset provenOn, ReadOnlySpan<byte> content) =>
        $"{BackupFolder.ProofPrefix}{provenOn.UtcDateTime.ToString("yyyyMMdd'T'HHmmssfff'Z'", CultureInfo.InvariantCulture)}-{Hash(content)}.json";

    /// <summary>Reads a proof.</summary>
    /// <param name="file">Its full path.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <returns>The proof; <see langword="null"/> where it was changed or can't be read.</returns>
    public static async Task<BackupProof?> ReadAsync(string file, CancellationToken cancellationToken)
    {
        try
        {
            var content = await File.ReadAllBytesAsync(file, cancellationToken).ConfigureAwait(false);
            // The first versions of this module wrote none into the name.
            if (HashOf(file) is { } hash && hash != Hash(content)) return null;
            return JsonDefaults.Deserialize(System.Text.Encoding.UTF8.GetString(content), BackupJsonContext.Default.BackupProof);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static string Hash(ReadOnlySpan<byte> content) => Convert.ToHexString(SHA256.HashData(content)).ToLowerInvariant()[..HashLength];

    private static string? HashOf(string file) => Path.GetFileNameWithoutExtension(file).Split('-') is [_, _, { Length: HashLength } hash] ? hash : null;
}
