using System.Net.Sockets;
using Npgsql;
using UpgradeModule.Engine.Operations;

namespace UpgradeModule.Engine.Databases.Postgres;

/// <summary>What a server's failures mean to a person.</summary>
internal static class PostgresErrors
{
    /// <summary>Runs work and tells its failures as ours.</summary>
    /// <param name="place">The database, for the message.</param>
    /// <param name="errorId">The id of a failure that means nothing more special.</param>
    /// <param name="action">What could not be done: "could not be counted".</param>
    /// <param name="work">The work.</param>
    public static async Task<T> GuardAsync<T>(PostgresLogIn place, string errorId, string action, Func<Task<T>> work)
    {
        try
        {
            return await work().ConfigureAwait(false);
        }
        catch (Exception failure) when (failure is NpgsqlException or SocketException or TimeoutException)
        {
            throw Map(failure, place, errorId, action);
        }
        catch (IOException failure) when (DiskSpace.IsFull(failure))
        {
            throw DiskSpace.Full(Path.GetTempPath(), null, failure);
        }
    }

    /// <summary>The error for a failure.</summary>
    /// <param name="failure">The failure.</param>
    /// <param name="place">The database.</param>
    /// <param name="errorId">The id where it means nothing more special.</param>
    /// <param name="action">What could not be done.</param>
    public static UpgradeException Map(Exception failure, PostgresLogIn place, string errorId, string action)
    {
        var text = failure is PostgresException server ? server.MessageText : failure.Message;
        return (failure as PostgresException)?.SqlState switch
        {
            "28P01" or "28000" => LoginFailed(place, text, failure),
            "3D000" => new UpgradeException("DatabaseNotFound", UpgradeErrorCategory.ObjectNotFound, place.ToString(), $"There is no database '{place.Database}' on {place.Server}.", "Check the database's name; where the application has never run yet, start it once.", failure),
            "53100" => new UpgradeException("DiskFull", UpgradeErrorCategory.LimitsExceeded, place.ToString(), $"The disk of the server of '{place}' is full: {text}.", "Free some space on the server, then do it again; nothing was changed.", failure),
            "42501" => new UpgradeException("PermissionMissing", UpgradeErrorCategory.PermissionDenied, place.ToString(), $"The database '{place}' {action}: {text}.", Advice(text, place), failure),
            "55006" => InUse(place, [], failure),
            "53300" or "57P03" or "57P01" or "57P02" => Unreachable(place, text, failure),
            // So poolers tell that they lost the server behind them.
            ['0', '8', ..] => Unreachable(place, text, failure),
            { Length: > 0 } state => new UpgradeException(errorId, UpgradeErrorCategory.InvalidOperation, place.ToString(), $"The database '{place}' {action}: {text} (SQLSTATE {state}).", null, failure),
            // The driver says so itself, before the server is asked.
            _ when text.Contains("No password has been provided", StringComparison.Ordinal) => LoginFailed(place, "the server wants a password and none is known", failure),
            _ => Unreachable(place, failure.InnerException is SocketException socket ? socket.Message : text, failure),
        };
    }

    /// <summary>Others are connected.</summary>
    /// <param name="place">The database.</param>
    /// <param name="sessions">Their sessions, a line each.</param>
    /// <param name="inner">The cause.</param>
    /// <param name="otherRemedy">What else can be done, as a sentence.</param>
    public static UpgradeException InUse(PostgresLogIn place, IReadOnlyList<string> sessions, Exception? inner = null, string? otherRemedy = null) =>
        new("DatabaseInUse", UpgradeErrorCategory.ResourceBusy, place.ToString(), $"Others are connected to the database '{place}'{(sessions.Count == 0 ? "" : ": " + string.Join("; ", sessions))}.", $"Stop the application and whatever else is connected, then do it again; nothing was changed.{(otherRemedy is null ? "" : " " + otherRemedy)}", inner);

    /// <summary>The server doesn't answer, or no longer.</summary>
    /// <param name="place">The database.</param>
    /// <param name="text">What was heard last.</param>
    /// <param name="failure">The cause.</param>
    public static UpgradeException Unreachable(PostgresLogIn place, string text, Exception? failure = null) =>
        new("DatabaseUnreachable", UpgradeErrorCategory.ConnectionError, place.ToString(), $"The server of '{place}' can't be reached: {text.TrimEnd('.')}.", "Check that it runs and that host, port and firewall are right.", failure);

    private static UpgradeException LoginFailed(PostgresLogIn place, string text, Exception failure) =>
        new("DatabaseLoginFailed", UpgradeErrorCategory.AuthenticationError, place.ToString(), $"The server refused the log-in to '{place}': {text}.", "Check the role's name and password, and the server's pg_hba.conf.", failure);

    private static string Advice(string text, PostgresLogIn place) => text.Contains("row-level security", StringComparison.Ordinal)
        ? $"The role '{place.Credential.UserName}' would see only a part of the rows: use the tables' owner or a role with BYPASSRLS."
        : $"Give the role '{place.Credential.UserName}' the right, or give a maintenance log-in that has it.";
}
