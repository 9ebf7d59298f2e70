using UpgradeModule.Engine.Databases.Files;
using UpgradeModule.Engine.Databases.H2.Store;

namespace UpgradeModule.Engine.Databases.H2;

/// <summary>Restores backups of H2 files.</summary>
/// <param name="path">The live database file.</param>
/// <param name="access">The database.</param>
internal sealed class H2Restorer(string path, DatabaseAccess access)
{
    /// <summary>Restores into a private directory, and has H2 read every row of it.</summary>
    /// <param name="content">The backup's data.</param>
    /// <param name="cancellationToken">Ends the work; nothing is left then.</param>
    /// <exception cref="UpgradeException"><c>ScratchUnavailable</c>: there is no Java, or no JAR with H2. <c>BackupCorrupt</c>.</exception>
    public async Task<IScratchDatabase> ToScratchAsync(BackupContent content, CancellationToken cancellationToken)
    {
        var source = DataFile(content);
        // A file that nobody has opened is not proven, whatever its structure.
        var runtime = await RuntimeAsync(content, cancellationToken).ConfigureAwait(false);
        var directory = TemporaryFolder.Make(TemporaryFolder.Copy);
        try
        {
            var copy = Path.Combine(directory, "database" + H2File.Format(source).Extension);
            await DurableFile.CopyAsync(source, copy, cancellationToken).ConfigureAwait(false);
            Check(content, copy, cancellationToken);
            if (await ReadAllAsync(runtime, copy, cancellationToken).ConfigureAwait(false) is { } failure) throw Corrupt(content, failure);
            return new H2Scratch(directory, new H2Database(access, path: copy));
        }
        catch
        {
            Directory.Delete(directory, recursive: true);
            throw;
        }
    }

    /// <summary>Restores into a folder, for a clone of the application to run on.</summary>
    /// <param name="content">The backup's data.</param>
    /// <param name="folder">The folder.</param>
    /// <param name="operation">Who is told.</param>
    /// <param name="cancellationToken">Ends the work; nothing is left then.</param>
    public async Task<IRehearsalDatabase> ForRehearsalAsync(BackupContent content, string folder, IOperationContext operation, CancellationToken cancellationToken)
    {
        var source = DataFile(content);
        var directory = Path.Combine(folder, "data");
        DurableFile.CreatePrivateDirectory(directory);
        try
        {
            var name = H2File.DatabaseName(Path.GetFileName(path)) + H2File.Format(source).Extension;
            var copy = Path.Combine(directory, name);
            await DurableFile.CopyAsync(source, copy, cancellationToken).ConfigureAwait(false);
            await CountAsync(content, copy, operation, cancellationToken).ConfigureAwait(false);
            return new H2Rehearsal(directory, new DatabaseAccess { Target = new DatabaseTarget { Engine = DatabaseEngine.H2, Path = copy, User = access.Target.User }, Credential = access.Credential, JavaProgram = access.JavaProgram, JarPath = access.JarPath, JarFetch = access.JarFetch });
        }
        catch
        {
            Directory.Delete(directory, recursive: true);
            throw;
        }
    }

    /// <summary>Hashes the content of a backup's tables.</summary>
    /// <param name="content">The backup's data.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    public async Task<IReadOnlyList<TableHash>> HashAsync(BackupContent content, CancellationToken cancellationToken)
    {
        var source = DataFile(content);
        var runtime = await RuntimeAsync(content, cancellationToken).ConfigureAwait(false);
        try
        {
            // In a folder of its own: nothing is made in a backup's.
            using var look = await H2Look.CopyAsync(source, runtime, access.Credential, cancellationToken).ConfigureAwait(false);
            return await look.Session.HashAsync(await H2Reader.TablesAsync(look.Session, cancellationToken).ConfigureAwait(false), cancellationToken).ConfigureAwait(false);
        }
        catch (InvalidDataException failure)
        {
            throw Corrupt(content, failure.Message, failure);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw H2Errors.Failed("DatabaseQueryFailed", source, "could not be read", failure);
        }
    }

    /// <summary>Copies a backup's file into a folder, checks the copy and counts its rows.</summary>
    /// <param name="content">The backup's data.</param>
    /// <param name="folder">The folder.</param>
    /// <param name="operation">Who is told.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <returns>The copy and its tables.</returns>
    public async Task<(string File, IReadOnlyList<TableCount> Tables)> StageAsync(BackupContent content, string folder, IOperationContext operation, CancellationToken cancellationToken)
    {
        var source = DataFile(content);
        var copy = Path.Combine(folder, "database" + H2File.Format(source).Extension);
        await DurableFile.CopyAsync(source, copy, cancellationToken).ConfigureAwait(false);
        return (copy, await CountAsync(content, copy, operation, cancellationToken).ConfigureAwait(false));
    }

    /// <summary>Restores beside the live file, compares, then swaps.</summary>
    /// <param name="content">The backup's data.</param>
    /// <param name="label">A label for what is kept.</param>
    /// <param name="operation">Who is told.</param>
    /// <param name="cancellationToken">Ends the work before the swap.</param>
    public async Task<RestoreOutcome> ToLiveAsync(BackupContent content, string label, IOperationContext operation, CancellationToken cancellationToken)
    {
        var source = DataFile(content);
        var extension = H2File.Format(source).Extension;
        var place = path.EndsWith(extension, StringComparison.OrdinalIgnoreCase) ? path : H2File.DatabaseName(path) + extension;
        if (place != path && File.Exists(path)) throw H2Errors.OtherFile(path, place);
        if (File.Exists(place)) H2File.Hold(place).Dispose();
        var beside = $"{place}.um-restore-{KeptName.Safe(label)}";
        File.Delete(beside);
        try
        {
            await DurableFile.CopyAsync(source, beside, cancellationToken).ConfigureAwait(false);
            var tables = await CountAsync(content, beside, operation, cancellationToken).ConfigureAwait(false);
            if (File.Exists(place)) DurableFile.TakeOver(place, beside);
            var kept = H2File.Swap(beside, place, $"{place}.um-{KeptName.Safe(label)}", cancellationToken);
            return new RestoreOutcome { Previous = H2Rollback.Point(kept ?? "", place, label), Tables = tables };
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw H2Errors.Failed("RestoreFailed", place, "could not be replaced", failure);
        }
        finally
        {
            DurableFile.Remove(beside);
        }
    }

    private async Task<IReadOnlyList<TableCount>> CountAsync(BackupContent content, string copy, IOperationContext operation, CancellationToken cancellationToken)
    {
        Check(content, copy, cancellationToken);
        var (runtime, missing) = await H2Runtime.FindAsync(access, cancellationToken).ConfigureAwait(false);
        if (runtime is null)
        {
            // Who restores has lost something already: checksums and structure are right, and a missing Java is no reason to refuse.
            operation.Warning($"The H2 file's {(H2File.Format(copy).IsStore ? "checksum and structure are" : "checksum is")} right; its tables are not counted. {missing}");
            return content.Tables;
        }

        using var look = await H2Look.OfAsync(copy, runtime, access.Credential).ConfigureAwait(false);
        try
        {
            var tables = await H2Reader.CountAsync(look.Session, cancellationToken).ConfigureAwait(false);
            // A backup that was made where there was no Java has counted nothing.
            if (content.Tables.Count > 0) TableComparison.Require(content, tables);
            return tables;
        }
        catch (InvalidDataException failure)
        {
            throw Corrupt(content, failure.Message, failure);
        }
    }

    private async Task<H2Runtime> RuntimeAsync(BackupContent content, CancellationToken cancellationToken)
    {
        var (runtime, missing) = await H2Runtime.FindAsync(access, cancellationToken).ConfigureAwait(false);
        return runtime ?? throw new UpgradeException(
            "ScratchUnavailable", UpgradeErrorCategory.ResourceUnavailable, content.Directory, $"The backup '{content.Directory}' can't be proven here, because nothing can open it. {missing}",
            "Give what is missing and test it again, or test the files alone with -ChecksumOnly.");
    }

    private async Task<string?> ReadAllAsync(H2Runtime runtime, string copy, CancellationToken cancellationToken)
    {
        using var look = await H2Look.OfAsync(copy, runtime, access.Credential).ConfigureAwait(false);
        return await look.Session.ReadAllAsync(cancellationToken).ConfigureAwait(false);
    }

    private static void Check(BackupContent content, string copy, CancellationToken cancellationToken)
    {
        if (H2File.Check(copy, cancellationToken) is { } damage) throw Corrupt(content, damage);
    }

    private static string DataFile(BackupContent content)
    {
        if (!H2Format.IsKnown(content.Format) || content.Files.Count != 1) throw Corrupt(content, $"its data has the format '{content.Format}', not one file of H2");
        var file = Path.Combine(content.Directory, content.Files[0].Replace('/', Path.DirectorySeparatorChar));
        return File.Exists(file) ? file : throw Corrupt(content, $"'{content.Files[0]}' is missing");
    }

    private static UpgradeException Corrupt(BackupContent content, string detail, Exception? inner = null) =>
        new("BackupCorrupt", UpgradeErrorCategory.InvalidData, content.Directory, $"The backup '{content.Directory}' can't be restored: {detail}.", "Use another backup; nothing was changed.", inner);
}
