using System.Buffers;
using System.Security.Cryptography;
using System.Text;

namespace UpgradeModule.Engine.Backups;

/// <summary>The checksums of a backup's files, in the format that <c>sha256sum -c SHA256SUMS</c> reads.</summary>
internal static class ChecksumFile
{
    /// <summary>Its name.</summary>
    public const string Name = "SHA256SUMS";

    /// <summary>The name of the file with its own checksum, in the same format: by it one knows whether a file was changed or what is said of it.</summary>
    public const string SealName = "SHA256SUMS.sha256";

    private const int DigestLength = 64;
    private const int BlockSize = 1 << 20;

    /// <summary>Writes its content.</summary>
    /// <param name="digests">The digest of every file, by its path with forward slashes.</param>
    public static byte[] Format(IEnumerable<KeyValuePair<string, string>> digests)
    {
        var text = new StringBuilder();
        foreach (var (path, digest) in digests.OrderBy(pair => pair.Key, StringComparer.Ordinal)) text.Append(digest).Append("  ").Append(path).Append('\n');
        return Encoding.UTF8.GetBytes(text.ToString());
    }

    /// <summary>Writes the content of the file with its own checksum.</summary>
    /// <param name="content">Its content.</param>
    public static byte[] Seal(byte[] content) => Format([new(Name, Convert.ToHexString(SHA256.HashData(content)).ToLowerInvariant())]);

    /// <summary>Reads its content, strictly: what this module didn't write so is a problem.</summary>
    /// <param name="content">The content.</param>
    /// <param name="problems">Gets what is wrong with it.</param>
    /// <returns>The digest of every file that is listed.</returns>
    public static IReadOnlyDictionary<string, string> Parse(byte[] content, ICollection<string> problems)
    {
        var digests = new Dictionary<string, string>(StringComparer.Ordinal);
        string text;
        try
        {
            text = new UTF8Encoding(false, throwOnInvalidBytes: true).GetString(content);
        }
        catch (DecoderFallbackException)
        {
            problems.Add($"{Name}: it is no text");
            return digests;
        }

        if (!text.EndsWith('\n'))
        {
            problems.Add($"{Name}: its end is missing");
            return digests;
        }

        var lines = text[..^1].Split('\n');
        for (var i = 0; i < lines.Length; i++)
        {
            var line = lines[i];
            if (line.Length < DigestLength + 3 || line[DigestLength] != ' ' || line[DigestLength + 1] != ' ' || !line.AsSpan(0, DigestLength).ToString().All(char.IsAsciiHexDigitLower) || !IsInside(line[(DigestLength + 2)..]))
            {
                problems.Add(FormattableString.Invariant($"{Name}: line {i + 1} is no checksum with a file"));
            }
            else if (!digests.TryAdd(line[(DigestLength + 2)..], line[..DigestLength]))
            {
                problems.Add(FormattableString.Invariant($"{Name}: line {i + 1} lists a file for the second time"));
            }
        }

        return digests;
    }

    /// <summary>Whether a path stays inside the backup's folder: relative, with forward slashes, without a way up.</summary>
    /// <param name="path">The path.</param>
    public static bool IsInside(string path) =>
        path.Length > 0 && !path.Any(c => char.IsControl(c) || c is '\\' or ':') && path.Split('/').All(part => part is not ("" or "." or ".."));

    /// <summary>Hashes a file.</summary>
    /// <param name="path">Its full path.</param>
    /// <param name="read">Is told how many bytes were read each time.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <returns>The SHA-256 in lower-case hexadecimal digits.</returns>
    public static async Task<string> HashAsync(string path, Action<int> read, CancellationToken cancellationToken)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var block = ArrayPool<byte>.Shared.Rent(BlockSize);
        try
        {
            var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete, 1, FileOptions.Asynchronous | FileOptions.SequentialScan);
            await using (stream.ConfigureAwait(false))
            {
                int count;
                while ((count = await stream.ReadAsync(block, cancellationToken).ConfigureAwait(false)) > 0)
                {
                    hash.AppendData(block, 0, count);
                    read(count);
                }
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(block);
        }

        return Convert.ToHexString(hash.GetHashAndReset()).ToLowerInvariant();
    }
}
