using System.IO.Compression;
using System.Text;

namespace UpgradeModule.Engine.Databases.Postgres.Archives;

/// <summary>Tells what a file or folder is that somebody made with pg_dump.</summary>
internal static class ForeignArchive
{
    private const int Head = 2048;

    /// <summary>Finds out.</summary>
    /// <param name="path">The file, or the folder of pg_dump's directory format.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <exception cref="UpgradeException"><c>ArchiveNotRecognized</c>, <c>ArchiveNotFound</c>.</exception>
    public static async Task<BackupContent> ReadAsync(string path, CancellationToken cancellationToken)
    {
        var full = Path.GetFullPath(path);
        if (Directory.Exists(full))
        {
            if (File.Exists(Path.Combine(full, "toc.dat"))) return Content(full, Programs.PgArchiver.CustomFormat);
            throw Unknown(full, "it is a folder without pg_dump's table of contents (toc.dat)", File.Exists(Path.Combine(full, "manifest.json")) ? "It is a backup of this module: give it by -Backup." : null);
        }

        if (!File.Exists(full)) throw new UpgradeException("ArchiveNotFound", UpgradeErrorCategory.ObjectNotFound, full, $"There is no file or folder '{full}'.", "Give the full path of the archive.");
        var head = await HeadAsync(full, cancellationToken).ConfigureAwait(false);
        if (head.AsSpan().StartsWith("PGDMP"u8) || IsTar(head)) return Content(full, Programs.PgArchiver.CustomFormat);
        if (head.AsSpan().StartsWith((ReadOnlySpan<byte>)[0x28, 0xB5, 0x2F, 0xFD])) throw Unknown(full, "it is compressed with zstd", "Decompress it first: zstd -d.");
        var isPacked = head.AsSpan().StartsWith((ReadOnlySpan<byte>)[0x1F, 0x8B]);
        if (isPacked) head = await UnpackedHeadAsync(full, cancellationToken).ConfigureAwait(false);
        if (isPacked && head.AsSpan().StartsWith("PGDMP"u8)) throw Unknown(full, "it is an archive of pg_dump that was compressed once more", "Decompress it first: gunzip.");
        var text = Encoding.Latin1.GetString(head);
        if (text.Contains("-- PostgreSQL database cluster dump", StringComparison.Ordinal)) throw Unknown(full, "it holds a whole server (pg_dumpall), not one database", "Make one of the database alone with pg_dump, or restore it with psql.");
        if (text.Contains("written by UpgradeModule", StringComparison.Ordinal)) throw Unknown(full, "it is a part of a backup of this module", "Give the backup's folder by -Backup: then it is checked against its manifest.");
        if (text.Contains("-- PostgreSQL database dump", StringComparison.Ordinal)) return Content(full, PlainArchive.PlainFormat);
        throw Unknown(full, "it doesn't begin as a file of pg_dump does", null);
    }

    private static BackupContent Content(string path, string format) => new() { Directory = Path.GetDirectoryName(path)!, Format = format, Files = [Path.GetFileName(path)], IsForeign = true };

    // A tar of pg_dump begins with its table of contents.
    private static bool IsTar(byte[] head) => head.Length > 512 && head.AsSpan(257).StartsWith("ustar"u8) && head.AsSpan().StartsWith("toc.dat\0"u8);

    private static async Task<byte[]> HeadAsync(string file, CancellationToken cancellationToken)
    {
        var stream = File.OpenRead(file);
        await using (stream.ConfigureAwait(false)) return await ReadAsync(stream, cancellationToken).ConfigureAwait(false);
    }

    private static async Task<byte[]> UnpackedHeadAsync(string file, CancellationToken cancellationToken)
    {
        try
        {
            var stream = new GZipStream(File.OpenRead(file), CompressionMode.Decompress);
            await using (stream.ConfigureAwait(false)) return await ReadAsync(stream, cancellationToken).ConfigureAwait(false);
        }
        catch (InvalidDataException failure)
        {
            throw ArchiveFile.Corrupt(file, failure.Message.TrimEnd('.'));
        }
    }

    private static async Task<byte[]> ReadAsync(Stream stream, CancellationToken cancellationToken)
    {
        var bytes = new byte[Head];
        return bytes[..await stream.ReadAtLeastAsync(bytes, Head, throwOnEndOfStream: false, cancellationToken).ConfigureAwait(false)];
    }

    private static UpgradeException Unknown(string path, string reason, string? remedy) =>
        new("ArchiveNotRecognized", UpgradeErrorCategory.InvalidData, path, $"'{path}' can't be restored: {reason}.", remedy ?? "Give an archive that pg_dump made of one database: plain SQL, also with gzip, or its custom, tar or directory format.");
}
