using System.Buffers.Binary;
using System.Globalization;
using System.Text.RegularExpressions;

namespace UpgradeModule.Engine.Databases.Postgres.Programs;

/// <summary>Reads what an archive of pg_dump's custom, tar or directory format tells of itself, where no pg_restore is there to ask.</summary>
internal static partial class ArchiveHeader
{
    // The encoding is the first entry of the table of contents, which follows the header.
    private const int Length = 64 * 1024;

    // What a tar has before its first member, the table of contents.
    private const int TarHead = 512;

    /// <summary>Reads.</summary>
    /// <param name="file">The archive: a file, or the folder of the directory format.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <exception cref="UpgradeException"><c>BackupCorrupt</c>.</exception>
    public static async Task<ArchiveFacts> ReadAsync(string file, CancellationToken cancellationToken)
    {
        var bytes = new byte[Length];
        var stream = File.OpenRead(Directory.Exists(file) ? Path.Combine(file, "toc.dat") : file);
        await using (stream.ConfigureAwait(false))
        {
            bytes = bytes[..await stream.ReadAtLeastAsync(bytes, Length, throwOnEndOfStream: false, cancellationToken).ConfigureAwait(false)];
        }

        try
        {
            return Parse(bytes.AsSpan().StartsWith("toc.dat\0"u8) ? bytes.AsSpan(TarHead) : bytes);
        }
        catch (Exception failure) when (failure is FormatException or ArgumentOutOfRangeException or IndexOutOfRangeException)
        {
            throw ArchiveFile.Corrupt(file, "it doesn't begin as an archive of pg_dump does");
        }
    }

    // The table of contents of a folder says that it is of a tar.
    private const byte CustomFormat = 1;
    private const byte TarFormat = 3;

    private static ArchiveFacts Parse(ReadOnlySpan<byte> bytes)
    {
        if (!bytes.StartsWith("PGDMP"u8) || bytes[5] != 1 || bytes[6] < 10 || bytes[10] is not (CustomFormat or TarFormat)) throw new FormatException();
        var (minor, size) = (bytes[6], bytes[8]);
        // Since 1.15 the compression is told by one byte, before by a number; then come the seven numbers of the time.
        var at = 11 + (minor >= 15 ? 1 : 1 + size) + (7 * (1 + size));
        Text(bytes, size, ref at);
        var server = Text(bytes, size, ref at);
        var tool = Text(bytes, size, ref at);
        var encoding = Encoding().Match(System.Text.Encoding.Latin1.GetString(bytes[at..]));
        return new ArchiveFacts(Major(server), Major(tool), encoding.Success ? encoding.Groups[1].Value : "UTF8");
    }

    private static string Text(ReadOnlySpan<byte> bytes, int size, ref int at)
    {
        if (size != 4) throw new FormatException();
        var length = bytes[at] == 0 ? BinaryPrimitives.ReadInt32LittleEndian(bytes[(at + 1)..]) : 0;
        at += 1 + size + length;
        return System.Text.Encoding.UTF8.GetString(bytes[(at - length)..at]);
    }

    // "15.18 (Debian 15.18-0+deb12u1)", "18beta1".
    private static int Major(string version) => int.Parse(Digits().Match(version).Value, NumberStyles.None, CultureInfo.InvariantCulture);

    [GeneratedRegex(@"SET client_encoding = '([^']+)'")]
    private static partial Regex Encoding();

    [GeneratedRegex(@"^\d+")]
    private static partial Regex Digits();
}
