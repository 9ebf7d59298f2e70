using Microsoft.Data.Sqlite;
using UpgradeModule.Engine.Databases.Files;

namespace UpgradeModule.Engine.Databases.Sqlite;

/// <summary>A live database file of an application that is stopped: made whole, copied, swapped.</summary>
internal static class SqliteFile
{
    private static readonly string[] Journals = ["-wal", "-shm", "-journal"];
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(3);

    /// <summary>
    /// Makes the file whole: what a write-ahead log or a journal still holds is brought into it, and those files go. A log must never outlive a
    /// swap: SQLite would play it into the file that has taken the place.
    /// </summary>
    /// <param name="path">The file.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <exception cref="UpgradeException"><c>DatabaseInUse</c>: somebody has it open; <c>DatabaseCorrupt</c>.</exception>
    public static void MakeWhole(string path, CancellationToken cancellationToken)
    {
        RequireUnused(path);
        try
        {
            using var session = SqliteSession.Open(path, readOnly: false, Patience, cancellationToken);
            // With this, a connection that merely is open on a write-ahead log is in the way as well, even where its process can't be seen.
            session.Execute("PRAGMA locking_mode = EXCLUSIVE");
            session.Execute("BEGIN EXCLUSIVE");
            session.Execute("ROLLBACK");
            var answer = session.Query("PRAGMA wal_checkpoint(TRUNCATE)");
            if (answer is [["1", ..]]) throw SqliteErrors.InUse(path, FileHolders.Find(path));
        }
        catch (SqliteException failure) when (SqliteErrors.IsBusy(failure))
        {
            throw SqliteErrors.InUse(path, FileHolders.Find(path), failure);
        }
    }

    /// <summary>
    /// Whether nobody has the database open: it is written by way of a write-ahead log, and there is none. Whoever opens it in this moment writes
    /// to a log first, so what is read of the file alone is whole.
    /// </summary>
    /// <param name="path">The file.</param>
    public static bool IsAtRest(string path)
    {
        if (!File.Exists(path)) return false;
        var real = FileHolders.Resolve(path);
        if (Journals.Any(end => File.Exists(real + end))) return false;

        // Bytes 18 and 19 of the header are 2 for a write-ahead log.
        Span<byte> header = stackalloc byte[20];
        using var file = new FileStream(real, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        return file.ReadAtLeast(header, header.Length, throwOnEndOfStream: false) == header.Length && header[18] == 2 && header[19] == 2;
    }

    /// <summary>Fails where another process has the file open: it would go on writing to a file that has lost its place.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="UpgradeException"><c>DatabaseInUse</c>.</exception>
    public static void RequireUnused(string path)
    {
        var holders = FileHolders.Find(path);
        if (holders.Count > 0) throw SqliteErrors.InUse(path, holders);
        if (!OperatingSystem.IsWindows() || !File.Exists(path)) return;
        try
        {
            using var probe = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.None);
        }
        catch (IOException failure)
        {
            throw SqliteErrors.InUse(path, [], failure);
        }
    }

    /// <summary>Puts a whole file in the place of the live one, which is kept.</summary>
    /// <param name="replacement">The file that takes the place.</param>
    /// <param name="path">The place.</param>
    /// <param name="kept">The name that the live file is kept under; another one is taken where this one is taken.</param>
    /// <param name="cancellationToken">Ends the work before the swap.</param>
    /// <returns>The name that it is kept under; <see langword="null"/> where there was no live file.</returns>
    public static string? Swap(string replacement, string path, string kept, CancellationToken cancellationToken)
    {
        // A failed file was kept with its log: that belongs to it in its old place as well.
        if (Journals.Any(end => File.Exists(replacement + end)))
        {
            MakeWhole(replacement, cancellationToken);
            foreach (var end in Journals) File.Delete(replacement + end);
        }

        if (!File.Exists(path))
        {
            MoveJournals(path, kept);
            DurableFile.Publish(replacement, path);
            return null;
        }

        var name = FreeName(kept, path);
        try
        {
            MakeWhole(path, cancellationToken);
        }
        catch (Exception failure) when (IsDamage(failure))
        {
            // A live file that can't even be opened, or whose log finds no room on a full disk, is a reason to go back, not one against it; its
            // journals are kept with it.
        }

        cancellationToken.ThrowIfCancellationRequested();
        MoveJournals(path, name);
        DurableFile.Swap(replacement, path, name);
        return name;
    }

    /// <summary>The size of the file and its journals, in bytes.</summary>
    /// <param name="path">The file.</param>
    public static long Size(string path) => Journals.Prepend("").Select(end => new FileInfo(path + end)).Where(file => file.Exists).Sum(file => file.Length);

    /// <summary>Removes a file and its journals.</summary>
    /// <param name="path">The file.</param>
    public static void Delete(string path)
    {
        foreach (var end in Journals.Prepend("")) File.Delete(path + end);
    }

    private static bool IsDamage(Exception failure) =>
        failure is UpgradeException { ErrorId: "DatabaseCorrupt" } || (failure is SqliteException sqlite && (SqliteErrors.IsCorrupt(sqlite) || SqliteErrors.IsDiskTrouble(sqlite)));

    private static void MoveJournals(string path, string kept)
    {
        foreach (var end in Journals)
        {
            if (File.Exists(path + end)) File.Move(path + end, kept + end, overwrite: true);
        }
    }

    private static string FreeName(string wanted, string live)
    {
        var name = wanted;
        for (var number = 2; File.Exists(name) && !NativeFile.AreSame(name, live); number++) name = $"{wanted}-{number.ToString(System.Globalization.CultureInfo.InvariantCulture)}";
        return name;
    }
}
