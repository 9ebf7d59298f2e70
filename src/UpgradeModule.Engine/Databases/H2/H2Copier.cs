using System.Security.Cryptography;
using UpgradeModule.Engine.Databases.Files;

namespace UpgradeModule.Engine.Databases.H2;

/// <summary>Copies a database file at one moment.</summary>
internal static class H2Copier
{
    private const int BlockSize = 1 << 20;
    private const int Tries = 40;
    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(150);

    /// <summary>Copies a file that nobody has open, and keeps it so meanwhile.</summary>
    /// <param name="path">The file.</param>
    /// <param name="target">The copy; it must not exist. It is brought to disk.</param>
    /// <param name="progress">Told how many bytes are copied, and of how many.</param>
    /// <param name="cancellationToken">Ends the work; the copy is removed.</param>
    /// <returns>The SHA-256 of the copy in small hexadecimal digits, and the moment in UTC.</returns>
    /// <exception cref="UpgradeException"><c>DatabaseInUse</c>, <c>DatabaseNotFound</c>.</exception>
    public static async Task<(string Digest, DateTimeOffset Moment)> CopyAsync(string path, string target, Action<long, long>? progress, CancellationToken cancellationToken)
    {
        var source = H2File.Hold(path);
        await using (source.ConfigureAwait(false))
        {
            var moment = DateTimeOffset.UtcNow;
            return (await WriteAsync(source, target, progress, cancellationToken).ConfigureAwait(false), moment);
        }
    }

    /// <summary>
    /// Copies a file to look at what is in it, although the application may have it open: it is read twice, and only where both are the same, byte by
    /// byte, nothing was written in between. Such a copy is what a sudden end of the application would leave, which H2 opens as it is made to.
    /// </summary>
    /// <param name="path">The file.</param>
    /// <param name="target">The copy; it must not exist.</param>
    /// <param name="cancellationToken">Ends the work; the copy is removed.</param>
    /// <exception cref="UpgradeException"><c>DatabaseInUse</c>: it was written all the time, or (on Windows) can't be read while it is open.</exception>
    public static async Task LookAsync(string path, string target, CancellationToken cancellationToken)
    {
        if (!File.Exists(path)) throw H2Errors.NotFound(path);
        for (var attempt = 0; ; attempt++)
        {
            try
            {
                string first;
                var source = H2File.Open(path);
                await using (source.ConfigureAwait(false))
                {
                    first = await WriteAsync(source, target, null, cancellationToken).ConfigureAwait(false);
                    source.Position = 0;
                    var second = await SHA256.HashDataAsync(source, cancellationToken).ConfigureAwait(false);
                    if (Convert.ToHexString(second).Equals(first, StringComparison.OrdinalIgnoreCase)) return;
                }

                DurableFile.Remove(target);
            }
            catch (IOException failure) when (OperatingSystem.IsWindows() && H2File.IsHeld(path))
            {
                throw H2Errors.InUse(path, [], failure);
            }

            if (attempt == Tries) throw H2Errors.InUse(path, FileHolders.Find(path));
            await Task.Delay(s_pause, cancellationToken).ConfigureAwait(false);
        }
    }

    private static async Task<string> WriteAsync(FileStream source, string target, Action<long, long>? progress, CancellationToken cancellationToken)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var copy = DurableFile.CreatePrivate(target);
        try
        {
            await using (copy.ConfigureAwait(false))
            {
                var buffer = new byte[BlockSize];
                long done = 0;
                source.Position = 0;
                while (await source.ReadAsync(buffer, cancellationToken).ConfigureAwait(false) is > 0 and var count)
                {
                    await copy.WriteAsync(buffer.AsMemory(0, count), cancellationToken).ConfigureAwait(false);
                    hash.AppendData(buffer, 0, count);
                    progress?.Invoke(done += count, source.Length);
                }

                copy.Flush(flushToDisk: true);
            }

            return Convert.ToHexString(hash.GetHashAndReset()).ToLowerInvariant();
        }
        catch
        {
            DurableFile.Remove(target);
            throw;
        }
    }
}
