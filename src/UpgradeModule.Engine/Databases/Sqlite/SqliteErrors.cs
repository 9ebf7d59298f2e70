using Microsoft.Data.Sqlite;
using UpgradeModule.Engine.Operations;

namespace UpgradeModule.Engine.Databases.Sqlite;

/// <summary>What SQLite's and the file system's failures mean to a person.</summary>
internal static class SqliteErrors
{
    private const int General = 1;
    private const int Busy = 5;
    private const int Locked = 6;
    private const int ReadOnly = 8;
    private const int Interrupt = 9;
    private const int InputOutput = 10;
    private const int Corrupt = 11;
    private const int Full = 13;
    private const int CantOpen = 14;
    private const int NotADatabase = 26;

    // IOERR_RDLOCK, _BLOCKED, _CHECKRESERVEDLOCK, _LOCK, _SHMOPEN, _SHMLOCK, _SHMMAP: who else uses the file is not known then.
    private static readonly int[] LockFailures = [.. new[] { 9, 11, 14, 15, 18, 20, 21 }.Select(static detail => InputOutput | (detail << 8))];

    /// <summary>Whether another connection was in the way.</summary>
    /// <param name="failure">The failure.</param>
    public static bool IsBusy(SqliteException failure) => failure.SqliteErrorCode is Busy or Locked;

    /// <summary>Whether a statement could not be understood or run, which says nothing of the file.</summary>
    /// <param name="failure">The failure.</param>
    public static bool IsGeneral(SqliteException failure) => failure.SqliteErrorCode == General;

    /// <summary>Whether the work was interrupted.</summary>
    /// <param name="failure">The failure.</param>
    public static bool IsInterrupted(SqliteException failure) => failure.SqliteErrorCode == Interrupt;

    /// <summary>Whether the file is damaged or no database at all.</summary>
    /// <param name="failure">The failure.</param>
    public static bool IsCorrupt(SqliteException failure) => failure.SqliteErrorCode is Corrupt or NotADatabase;

    /// <summary>Whether the file could be opened and locked, but not read or written: its disk is full or fails.</summary>
    /// <param name="failure">The failure.</param>
    public static bool IsDiskTrouble(SqliteException failure) =>
        failure.SqliteErrorCode == Full || (failure.SqliteErrorCode == InputOutput && !LockFailures.Contains(failure.SqliteExtendedErrorCode));

    /// <summary>The error for a failure.</summary>
    /// <param name="failure">The failure.</param>
    /// <param name="path">The database file.</param>
    /// <param name="errorId">The id where the failure means nothing more special.</param>
    /// <param name="action">What was being done: "could not be copied".</param>
    public static UpgradeException Map(SqliteException failure, string path, string errorId, string action) => failure.SqliteErrorCode switch
    {
        Busy or Locked => InUse(path, [], failure),
        Corrupt or NotADatabase => Damaged(path, failure.Message, failure),
        Full => DiskSpace.Full(Path.GetDirectoryName(Path.GetFullPath(path))!, null, failure),
        CantOpen when !File.Exists(path) => NotFound(path),
        CantOpen or ReadOnly => new UpgradeException("PermissionMissing", UpgradeErrorCategory.PermissionDenied, path, $"The database file '{path}' {action}: this user may not open it, or may not write in its directory.", "Run as the user that owns the file, or as an administrator.", failure),
        _ => new UpgradeException(errorId, UpgradeErrorCategory.InvalidOperation, path, $"The database file '{path}' {action}: {failure.Message}", null, failure),
    };

    /// <summary>There is no such file.</summary>
    /// <param name="path">The database file.</param>
    public static UpgradeException NotFound(string path) =>
        new("DatabaseNotFound", UpgradeErrorCategory.ObjectNotFound, path, $"There is no database file '{path}'.", "Check the deployment's database path; where the application has never run yet, start it once.");

    /// <summary>The file is damaged.</summary>
    /// <param name="path">The database file.</param>
    /// <param name="detail">What was found.</param>
    /// <param name="inner">The cause.</param>
    public static UpgradeException Damaged(string path, string detail, Exception? inner = null) =>
        new("DatabaseCorrupt", UpgradeErrorCategory.InvalidData, path, $"The database file '{path}' is damaged or is no SQLite database: {detail}.", "Restore it from a backup, or repair it with the sqlite3 program's .recover command.", inner);

    /// <summary>Somebody holds the file.</summary>
    /// <param name="path">The database file.</param>
    /// <param name="holders">Who, a line each, where known.</param>
    /// <param name="inner">The cause.</param>
    public static UpgradeException InUse(string path, IReadOnlyList<string> holders, Exception? inner = null) =>
        new("DatabaseInUse", UpgradeErrorCategory.ResourceBusy, path, $"The database file '{path}' is in use{(holders.Count == 0 ? "" : " by " + string.Join(", ", holders))}.", "Stop the application and whatever else has the file open, then do it again.", inner);
}
