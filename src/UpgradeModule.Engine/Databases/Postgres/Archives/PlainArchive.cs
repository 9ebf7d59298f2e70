using System.Globalization;
using System.IO.Compression;
using System.Text;
using System.Text.RegularExpressions;
using Npgsql;
using UpgradeModule.Engine.Databases.Postgres.Managed.Restore;
using UpgradeModule.Engine.Operations;

namespace UpgradeModule.Engine.Databases.Postgres.Archives;

/// <summary>Restores plain SQL of pg_dump, also with gzip, without psql.</summary>
internal sealed partial class PlainArchive : IArchiveReader
{
    /// <summary>What the format is called.</summary>
    public const string PlainFormat = "pg_dump-plain";

    private const int HeadLines = 60;

    /// <inheritdoc/>
    public string Format => PlainFormat;

    /// <inheritdoc/>
    public async Task<ArchiveFacts> ReadFactsAsync(string file, CancellationToken cancellationToken)
    {
        try
        {
            var (server, tool, encoding) = (0, 0, "UTF8");
            using var reader = new StreamReader(Open(file), Encoding.Latin1);
            for (var number = 0; number < HeadLines && await reader.ReadLineAsync(cancellationToken).ConfigureAwait(false) is { } line; number++)
            {
                if (From().Match(line) is { Success: true } from) server = int.Parse(from.Groups[1].Value, CultureInfo.InvariantCulture);
                if (By().Match(line) is { Success: true } by) tool = int.Parse(by.Groups[1].Value, CultureInfo.InvariantCulture);
                if (ClientEncoding().Match(line) is { Success: true } match) encoding = match.Groups[1].Value;
            }

            return new ArchiveFacts(server, tool, encoding);
        }
        catch (InvalidDataException failure)
        {
            throw ArchiveFile.Corrupt(file, failure.Message.TrimEnd('.'));
        }
    }

    /// <inheritdoc/>
    public async Task<string?> RestoreAsync(string file, ArchiveFacts facts, PostgresLogIn target, RestoreMode mode, WorkProgress? progress, CancellationToken cancellationToken)
    {
        if (ScriptEncoding.Find(facts.Encoding) is not { } encoding) return $"it is written in the encoding {facts.Encoding}, which is not known here: restore it with psql";
        try
        {
            var connection = await PostgresConnection.OpenAsync(target, cancellationToken).ConfigureAwait(false);
            await using (connection.ConfigureAwait(false))
            {
                var raw = File.OpenRead(file);
                await using (raw.ConfigureAwait(false))
                {
                    progress?.Begin(new WorkStage { Size = raw.Length });
                    progress?.Begin("", raw.Length);
                    long told = 0;
                    var script = await UnpackAsync(raw, cancellationToken).ConfigureAwait(false);
                    await using (script.ConfigureAwait(false))
                    {
                        var runner = new ScriptRunner(connection, mode, encoding, () =>
                        {
                            progress?.Moved("", raw.Position - told);
                            told = raw.Position;
                        });
                        await runner.RunAsync(script, cancellationToken).ConfigureAwait(false);
                    }
                }

                if (mode != RestoreMode.Proof) await connection.ExecuteAsync("ANALYZE", cancellationToken).ConfigureAwait(false);
                return null;
            }
        }
        catch (RestoreComplaintException failure)
        {
            return failure.IsServers ? throw PostgresErrors.Map(failure.Failure, target, "RestoreFailed", "could not be restored") : failure.Complaint;
        }
        catch (NpgsqlException failure)
        {
            throw PostgresErrors.Map(failure, target, "RestoreFailed", "could not be restored");
        }
        catch (Exception failure) when (failure is InvalidDataException or DecoderFallbackException)
        {
            return failure.Message.TrimEnd('.');
        }
    }

    private static Stream Open(string file)
    {
        var stream = File.OpenRead(file);
        var isPacked = stream.ReadByte() == 0x1F;
        stream.Position = 0;
        return isPacked ? new GZipStream(stream, CompressionMode.Decompress) : stream;
    }

    private static async Task<Stream> UnpackAsync(FileStream raw, CancellationToken cancellationToken)
    {
        var first = new byte[1];
        await raw.ReadAtLeastAsync(first, 1, throwOnEndOfStream: false, cancellationToken).ConfigureAwait(false);
        raw.Position = 0;
        return first[0] == 0x1F ? new GZipStream(raw, CompressionMode.Decompress, leaveOpen: true) : new BufferedStream(raw);
    }

    [GeneratedRegex(@"^-- Dumped from database version (\d+)")]
    private static partial Regex From();

    [GeneratedRegex(@"^-- Dumped by pg_dump version (\d+)")]
    private static partial Regex By();

    [GeneratedRegex("^SET client_encoding = '([^']+)';")]
    private static partial Regex ClientEncoding();
}
