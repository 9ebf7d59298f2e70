using System.Text;

namespace UpgradeModule.Engine.Deployments.Files;

/// <summary>Reads the end of a log without reading the rest of it.</summary>
internal static class LogTail
{
    private const int Block = 64 * 1024;
    private const int Limit = 4 * 1024 * 1024;

    /// <summary>Reads the last lines.</summary>
    /// <param name="path">The log.</param>
    /// <param name="lines">How many lines at most.</param>
    /// <param name="offset">Nothing before this byte is read.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <returns>The lines; none where there is no log.</returns>
    public static async Task<IReadOnlyList<string>> ReadAsync(string path, int lines, long offset, CancellationToken cancellationToken)
    {
        if (lines <= 0) return [];
        try
        {
            var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, 1, FileOptions.Asynchronous);
            await using (stream.ConfigureAwait(false))
            {
                // A log that is shorter than it was has been rotated: all of it is new.
                var end = stream.Length;
                if (offset > end) offset = 0;
                var start = end;
                var text = Array.Empty<byte>();
                while (start > offset && text.Length < Limit && text.AsSpan().Count((byte)'\n') <= lines)
                {
                    var length = (int)Math.Min(Block, start - offset);
                    start -= length;
                    var block = new byte[length];
                    stream.Position = start;
                    var read = await stream.ReadAtLeastAsync(block, length, throwOnEndOfStream: false, cancellationToken).ConfigureAwait(false);
                    text = [.. block.AsSpan(0, read), .. text];
                }

                var all = Encoding.UTF8.GetString(text).Replace("\r\n", "\n", StringComparison.Ordinal).TrimEnd('\n').Split('\n');
                return text.Length == 0 ? [] : all.Length > lines ? all[^lines..] : all;
            }
        }
        catch (Exception failure) when (failure is FileNotFoundException or DirectoryNotFoundException)
        {
            return [];
        }
    }
}
