using System.Text.RegularExpressions;

namespace UpgradeModule.Engine.Databases.Postgres.Programs;

/// <summary>What the complaint of one of PostgreSQL's programs is about.</summary>
internal static partial class ProgramComplaint
{
    /// <summary>Whether it is about a disk without room, the server's or this machine's.</summary>
    /// <param name="complaint">The complaint.</param>
    public static bool IsAboutRoom(string complaint) => complaint.Contains("No space left", StringComparison.Ordinal) || complaint.Contains("could not extend file", StringComparison.Ordinal);

    /// <summary>Whether the way to the server broke, or the server itself ended or starts anew.</summary>
    /// <param name="complaint">The complaint.</param>
    public static bool IsAboutConnection(string complaint) => Connection().IsMatch(complaint);

    /// <summary>Whether it is about the statement that takes another session's snapshot. The server's own words may be in any language.</summary>
    /// <param name="lines">What was told.</param>
    public static bool IsAboutSnapshot(IEnumerable<string> lines) => lines.Any(line => line.Contains("SET TRANSACTION SNAPSHOT", StringComparison.Ordinal));

    /// <summary>Whether it is only that one of several processes of the program ended, without a word why: it may have been killed.</summary>
    /// <param name="complaint">The complaint.</param>
    public static bool IsAboutWorker(string complaint) => complaint.Split(" | ").All(line => line.EndsWith("a worker process died unexpectedly", StringComparison.Ordinal));

    [GeneratedRegex("server closed the connection|terminating connection|could not connect|connection to server|connection not open|connection has been closed|no connection to the server|lost synchronization with server|could not (receive data from|send data to|translate host name)|Connection reset by peer|Connection timed out|timeout expired|SSL (SYSCALL )?error|SSL connection|the database system is (starting up|shutting down|in recovery mode)|too many clients", RegexOptions.IgnoreCase)]
    private static partial Regex Connection();
}
