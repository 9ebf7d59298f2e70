using System.Text.RegularExpressions;

namespace UpgradeModule.Engine.Databases.Mongo;

/// <summary>A server, or a program that speaks with it, says no.</summary>
/// <param name="code">The error's number; 0 where there is none.</param>
/// <param name="text">What it says.</param>
internal sealed partial class MongoFailure(int code, string text) : Exception(text)
{
    private const int Unauthorized = 13;
    private const int AuthenticationFailed = 18;
    private const int NoDisk = 14031;

    /// <summary>Runs work and tells its failures as ours.</summary>
    /// <param name="place">The database and the user.</param>
    /// <param name="errorId">The id of a failure that means nothing more special.</param>
    /// <param name="action">What could not be done: "could not be counted".</param>
    /// <param name="work">The work.</param>
    public static async Task<T> GuardAsync<T>(MongoLogIn place, string errorId, string action, Func<Task<T>> work)
    {
        try
        {
            return await work().ConfigureAwait(false);
        }
        catch (MongoFailure failure)
        {
            throw failure.ToError(place, errorId, action);
        }
    }

    private UpgradeException ToError(MongoLogIn place, string errorId, string action)
    {
        var says = Message.TrimEnd('.');
        if (code == AuthenticationFailed || LogIn().IsMatch(says)) return new UpgradeException("DatabaseLoginFailed", UpgradeErrorCategory.AuthenticationError, place.ToString(), $"The server refused the log-in to '{place}': {says}.", "Check the user's name and password, and the database that it is defined in (authSource in the application's address).", this);
        if (code == NoDisk || says.Contains("No space left", StringComparison.OrdinalIgnoreCase) || says.Contains("available disk space", StringComparison.OrdinalIgnoreCase)) return new UpgradeException("DiskFull", UpgradeErrorCategory.LimitsExceeded, place.ToString(), $"The disk of the server of '{place}' is full: {says}.", "Free some space on the server, then do it again.", this);
        if (Unreachable().IsMatch(says)) return new UpgradeException("DatabaseUnreachable", UpgradeErrorCategory.ConnectionError, place.ToString(), $"The server of '{place}' can't be reached: {says}.", "Check that it runs and that host, port and firewall are right.", this);
        if (code == Unauthorized || says.Contains("not authorized", StringComparison.OrdinalIgnoreCase)) return new UpgradeException("PermissionMissing", UpgradeErrorCategory.PermissionDenied, place.ToString(), $"The database '{place}' {action}: {says}.", $"Give {(place.Credential is { } user ? $"the user '{user.UserName}'" : "a user")} the right, or give a maintenance log-in that has it (-MaintenanceUser, -MaintenanceCredential).", this);
        return new UpgradeException(errorId, UpgradeErrorCategory.InvalidOperation, place.ToString(), $"The database '{place}' {action}: {says}.", null, this);
    }

    [GeneratedRegex("authentication failed|unable to authenticate|auth error", RegexOptions.IgnoreCase)]
    private static partial Regex LogIn();

    [GeneratedRegex("ECONNREFUSED|ENOTFOUND|ETIMEDOUT|couldn't connect|could not connect|can't connect|server selection|connection refused|no reachable servers|network error|failed to connect|connection .*closed", RegexOptions.IgnoreCase)]
    private static partial Regex Unreachable();
}
