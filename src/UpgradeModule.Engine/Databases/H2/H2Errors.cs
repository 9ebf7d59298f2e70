using UpgradeModule.Engine.Operations;

namespace UpgradeModule.Engine.Databases.H2;

/// <summary>The failures of H2 files that a person can act on.</summary>
internal static class H2Errors
{
    /// <summary>There is no such file.</summary>
    /// <param name="path">The database file.</param>
    public static UpgradeException NotFound(string path) =>
        new("DatabaseNotFound", UpgradeErrorCategory.ObjectNotFound, path, $"There is no database file '{path}'.", "Check the deployment's database path, which ends with .mv.db (or .h2.db), and the directory that the application runs in; where it has never run yet, start it once.");

    /// <summary>The file is damaged.</summary>
    /// <param name="path">The database file.</param>
    /// <param name="detail">What was found.</param>
    /// <param name="inner">The cause.</param>
    public static UpgradeException Damaged(string path, string detail, Exception? inner = null) =>
        new("DatabaseCorrupt", UpgradeErrorCategory.InvalidData, path, $"The database file '{path}' is damaged or is no H2 database: {detail}.", "Restore it from a backup, or save what can be read with H2's own org.h2.tools.Recover.", inner);

    /// <summary>Somebody holds the file.</summary>
    /// <param name="path">The database file.</param>
    /// <param name="holders">Who, a line each, where known.</param>
    /// <param name="inner">The cause.</param>
    public static UpgradeException InUse(string path, IReadOnlyList<string> holders, Exception? inner = null) =>
        new("DatabaseInUse", UpgradeErrorCategory.ResourceBusy, path, $"The database file '{path}' is in use{(holders.Count == 0 ? "" : " by " + string.Join(", ", holders))}: an H2 file is copied and replaced only while nobody has it open.", "Stop the application first (Stop-AppService), do it again, and start it afterwards. Invoke-AppUpgrade stops it by itself.", inner);

    /// <summary>A lock file lies beside it.</summary>
    /// <param name="path">The database file.</param>
    /// <param name="lockFile">The lock file.</param>
    public static UpgradeException LockFile(string path, string lockFile) =>
        new("DatabaseInUse", UpgradeErrorCategory.ResourceBusy, path, $"The database file '{path}' is in use, as its lock file '{lockFile}' tells.", "Stop the application and whatever else has the database open. Where nothing runs any more, the lock file was left by a crash: remove it, then do it again.");

    /// <summary>The container whose own file it is runs.</summary>
    /// <param name="path">The database file.</param>
    /// <param name="container">The container.</param>
    public static UpgradeException ContainerRuns(string path, string container) =>
        new("DatabaseInUse", UpgradeErrorCategory.ResourceBusy, path, $"The database file '{path}' lies in the container '{container}' itself, which runs, or has run meanwhile: an H2 file is copied and replaced only while nobody has it open.", "Stop the application first (Stop-AppService), do it again, and start it afterwards.");

    /// <summary>The backup's file has another name than the one that is there.</summary>
    /// <param name="path">The file that is there.</param>
    /// <param name="place">The file that the backup's data belongs into.</param>
    public static UpgradeException OtherFile(string path, string place) =>
        new("RestoreFailed", UpgradeErrorCategory.InvalidOperation, path, $"The backup is of an H2 that keeps its data in '{Path.GetFileName(place)}', and '{Path.GetFileName(path)}' is there: the application would take that one.", $"Move '{path}' away, then do it again.");

    /// <summary>A file operation failed.</summary>
    /// <param name="errorId">The error's id.</param>
    /// <param name="path">The file.</param>
    /// <param name="action">What was being done: "could not be copied".</param>
    /// <param name="failure">The cause.</param>
    public static UpgradeException Failed(string errorId, string path, string action, Exception failure) => failure switch
    {
        IOException when DiskSpace.IsFull(failure) => DiskSpace.Full(Path.GetDirectoryName(Path.GetFullPath(path))!, null, failure),
        UnauthorizedAccessException => new UpgradeException("PermissionMissing", UpgradeErrorCategory.PermissionDenied, path, $"The database file '{path}' {action}: this user may not open it, or may not write in its directory.", "Run as the user that owns the file, or as an administrator.", failure),
        _ => new UpgradeException(errorId, UpgradeErrorCategory.WriteError, path, $"The database file '{path}' {action}: {failure.Message.TrimEnd('.')}.", null, failure),
    };
}
