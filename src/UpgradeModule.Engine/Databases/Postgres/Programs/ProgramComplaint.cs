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

    [GeneratedRegex("server closed the connection|terminating connection|could not connect|connection to server|connection not open|connection has been closed|no connection to the server|lost synchronization with server|could not (receive data from|send data to) server|Connection reset by peer|the database system is (starting up|shutting down|in recovery mode)|too many clients", RegexOptions.IgnoreCase)]
    private static partial Regex Connection();
}
