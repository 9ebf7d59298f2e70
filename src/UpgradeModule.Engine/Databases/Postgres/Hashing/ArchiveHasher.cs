using UpgradeModule.Engine.Databases.Postgres.Managed;
using UpgradeModule.Engine.Databases.Postgres.Managed.Restore;
using UpgradeModule.Engine.Operations;

namespace UpgradeModule.Engine.Databases.Postgres.Hashing;

/// <summary>Hashes the rows of what the module itself dumped, as they stand in the file.</summary>
internal static class ArchiveHasher
{
    /// <summary>Opens the dump of a backup.</summary>
    /// <param name="content">The backup's data.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <exception cref="UpgradeException"><c>DeepTestNotSupported</c>: another program wrote it.</exception>
    public static Task<ArchiveContent> OpenAsync(BackupContent content, CancellationToken cancellationToken) =>
        ManagedFiles.Knows(content.Format) ? ArchiveContent.OpenAsync(new ManagedArchive(content.Format).FileOf(content), cancellationToken) : throw DeepTest.NotSupported(DatabaseEngine.Postgres, content.Format);

    /// <summary>Hashes.</summary>
    /// <param name="content">The backup's data.</param>
    /// <param name="operation">Who is told.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    public static async Task<IReadOnlyList<TableHash>> RunAsync(BackupContent content, IOperationContext operation, CancellationToken cancellationToken)
    {
        var archive = await OpenAsync(content, cancellationToken).ConfigureAwait(false);
        var tables = HashedTable.Of(archive.Index.Tables).ToList();
        var places = new HashedTable?[archive.Index.Tables.Count];
        foreach (var table in tables)
        {
            foreach (var place in table.Places) places[place] = table;
        }

        var hashes = tables.ToDictionary(table => table, _ => new ContentHash());
        var progress = new WorkProgress(operation, "Reading the backup");
        var all = archive.Index.Blocks.Where(block => block.Table >= 0).Sum(block => (long)block.Raw);
        progress.Begin(new WorkStage { Size = all });
        progress.Begin("", all);
        try
        {
            await foreach (var (block, text) in BlocksAsync(archive, cancellationToken).ConfigureAwait(false))
            {
                if (block.Table < 0) continue;
                // Blocks are of whole rows.
                if (places[block.Table] is { } table) hashes[table].AddLines(text.AsSpan(block.Head, block.Raw - block.Head - block.Tail));
                progress.Moved("", block.Raw);
            }
        }
        catch (InvalidDataException failure)
        {
            throw ArchiveFile.Corrupt(content.Directory, failure.Message.TrimEnd('.'));
        }
        finally
        {
            progress.End();
        }

        return [.. hashes.Select(pair => pair.Value.Of(pair.Key.Name))];
    }

    private static async IAsyncEnumerable<(Managed.Dump.ArchiveBlock Block, byte[] Text)> BlocksAsync(ArchiveContent archive, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        if (!archive.IsInPieces)
        {
            await foreach (var block in archive.ReadAllAsync(cancellationToken).ConfigureAwait(false)) yield return block;
            yield break;
        }

        var stream = archive.Open();
        await using (stream.ConfigureAwait(false))
        {
            foreach (var block in archive.Index.Blocks.Where(block => block.Table >= 0)) yield return (block, await archive.ReadAsync(stream, block, cancellationToken).ConfigureAwait(false));
        }
    }
}
