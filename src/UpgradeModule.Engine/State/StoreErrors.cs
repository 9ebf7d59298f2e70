using Microsoft.Data.Sqlite;

namespace UpgradeModule.Engine.State;

/// <summary>Turns what SQLite and the file system say into failures that a person can do something about.</summary>
internal static class StoreErrors
{
    private const string Elsewhere = "-StorePath or the environment variable UPGRADEMODULE_STORE names a store elsewhere.";

    /// <summary>Translates a failure; <see langword="null"/> where it is none of the store's.</summary>
    /// <param name="path">The store's file.</param>
    /// <param name="failure">What was thrown.</param>
    public static UpgradeException? Translate(string path, Exception failure) => failure switch
    {
        SqliteException { SqliteErrorCode: 11 or 26 } => Corrupt(path, failure.Message, failure),
        SqliteException { SqliteErrorCode: 5 or 6 } => new UpgradeException("StoreBusy", UpgradeErrorCategory.ResourceBusy, path,
            $"The store '{path}' is in use by another process, and stayed so.", "Try again once that one is done.", failure),
        SqliteException { SqliteErrorCode: 13 } => new UpgradeException("DiskFull", UpgradeErrorCategory.LimitsExceeded, path,
            $"The disk that holds the store '{path}' is full.", "Free some space. " + Elsewhere, failure),
        SqliteException { SqliteErrorCode: 3 or 8 or 10 or 14 or 23 } or UnauthorizedAccessException or IOException => NotWritable(path, failure),
        _ => null,
    };

    /// <summary>The store's file is damaged or is something else.</summary>
    /// <param name="path">The store's file.</param>
    /// <param name="reason">What was found.</param>
    /// <param name="inner">The cause.</param>
    public static UpgradeException Corrupt(string path, string reason, Exception? inner = null) =>
        new("StoreCorrupt", UpgradeErrorCategory.InvalidData, path, $"The file '{path}' is no usable store: {reason.TrimEnd('.')}.",
            "Move it away and register the deployments afresh, or put a copy of the file back. Backups are not affected. " + Elsewhere, inner);

    /// <summary>The store was written by a newer version of the module.</summary>
    /// <param name="path">The store's file.</param>
    /// <param name="found">The version of its tables.</param>
    /// <param name="known">The newest version known.</param>
    public static UpgradeException TooNew(string path, long found, int known) =>
        new("StoreTooNew", UpgradeErrorCategory.InvalidOperation, path,
            FormattableString.Invariant($"The store '{path}' was written by a newer UpgradeModule: its tables have version {found}, this one knows up to {known}."),
            "Update the module. " + Elsewhere);

    private static UpgradeException NotWritable(string path, Exception failure) =>
        new("StoreNotWritable", UpgradeErrorCategory.PermissionDenied, path, $"The store '{path}' can't be opened or written: {failure.Message.TrimEnd('.')}.",
            "Run as a user who may write there. " + Elsewhere, failure);
}
