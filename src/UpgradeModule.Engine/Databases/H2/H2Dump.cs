using UpgradeModule.Engine.Apps;
using UpgradeModule.Engine.Databases.Files;
using UpgradeModule.Engine.Operations;

namespace UpgradeModule.Engine.Databases.H2;

/// <summary>Writes the file of a stopped application into a backup: copied under H2's own lock, its structure checked, and where there is a Java and an H2 opened and counted.</summary>
/// <param name="path">The database file.</param>
/// <param name="access">The database.</param>
/// <param name="copy">Copies it to the name that it is given, while nobody has it open; tells the copy's SHA-256 and the moment.</param>
internal sealed class H2Dump(string path, DatabaseAccess access, Func<string, Action<long, long>, CancellationToken, Task<(string Digest, DateTimeOffset Moment)>> copy)
{
    /// <summary>Writes.</summary>
    /// <param name="directory">The backup's folder.</param>
    /// <param name="invariants">The invariants to read in the copy.</param>
    /// <param name="operation">Who is told.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    public async Task<DumpResult> WriteAsync(string directory, IReadOnlyList<InvariantSpec> invariants, IOperationContext operation, CancellationToken cancellationToken)
    {
        var progress = new WorkProgress(operation, "Copying the database", path);
        var folder = Path.Combine(directory, "data");
        DurableFile.CreatePrivateDirectory(folder);
        var partial = Path.Combine(folder, "database.partial");
        try
        {
            var (digest, moment) = await copy(partial, Counter(progress), cancellationToken).ConfigureAwait(false);
            progress.Tell("checking the copy");
            if (H2File.Check(partial, cancellationToken) is { } damage) throw H2Errors.Damaged(path, damage);
            var format = H2File.Format(partial);
            // Its name tells the version of H2 that reads it, long after whoever made it has forgotten.
            var name = $"data/database.h2-{format.Tag}{format.Extension}";
            var result = new DumpResult
            {
                Format = format.Name,
                Files = [name],
                Digests = new Dictionary<string, string> { [name] = digest },
                EngineVersion = format.Tag,
                SnapshotOn = moment,
            };
            progress.Tell("counting the rows of the copy");
            result = await LookAsync(result, partial, invariants, operation, cancellationToken).ConfigureAwait(false);
            File.Move(partial, Path.Combine(directory, name));
            return result;
        }
        catch (IOException failure) when (DiskSpace.IsFull(failure))
        {
            throw DiskSpace.Full(directory, null, failure);
        }
        finally
        {
            DurableFile.Remove(partial);
            progress.End();
        }
    }

    private async Task<DumpResult> LookAsync(DumpResult result, string made, IReadOnlyList<InvariantSpec> invariants, IOperationContext operation, CancellationToken cancellationToken)
    {
        var (runtime, missing) = await H2Runtime.FindAsync(access, cancellationToken).ConfigureAwait(false);
        if (runtime is null)
        {
            operation.Warning($"The H2 file is copied whole{(H2File.Format(made).IsStore ? " and its structure is right" : "")}, but its tables are not counted, and what an upgrade must not lower is not read. {missing}");
            return result with { Invariants = [.. InvariantText.Of(DatabaseEngine.H2, invariants).Select(invariant => new InvariantValue { Name = invariant.Name, Detail = missing })] };
        }

        using var look = await H2Look.OfAsync(made, runtime, access.Credential).ConfigureAwait(false);
        try
        {
            var (tables, values, version) = await H2Reader.AllAsync(look.Session, invariants, cancellationToken).ConfigureAwait(false);
            return result with { Tables = tables, Invariants = values, Tools = version is null ? result.Tools : new Dictionary<string, string> { ["h2"] = version } };
        }
        catch (InvalidDataException failure)
        {
            throw H2Errors.Damaged(path, failure.Message, failure);
        }
    }

    private static Action<long, long> Counter(WorkProgress progress)
    {
        long copied = 0;
        return (done, total) =>
        {
            if (copied == 0)
            {
                progress.Begin(new WorkStage { Size = total, To = 70 });
                progress.Begin("", total);
            }

            progress.Moved("", done - copied);
            copied = done;
        };
    }
}
