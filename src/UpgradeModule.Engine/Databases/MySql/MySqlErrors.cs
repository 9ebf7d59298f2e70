using System.Globalization;
using System.Text.RegularExpressions;
using UpgradeModule.Engine.Databases.Programs;

namespace UpgradeModule.Engine.Databases.MySql;

/// <summary>What the failures of a server and of its programs mean to a person.</summary>
internal static partial class MySqlErrors
{
    /// <summary>Runs work and tells its failures as ours.</summary>
    /// <param name="place">The database and the user.</param>
    /// <param name="errorId">The id of a failure that means nothing more special.</param>
    /// <param name="action">What could not be done: "could not be counted".</param>
    /// <param name="work">The work.</param>
    public static async Task<T> GuardAsync<T>(MySqlLogIn place, string errorId, string action, Func<Task<T>> work)
    {
        try
        {
            return await work().ConfigureAwait(false);
        }
        catch (MySqlFailure failure)
        {
            throw Map(failure, place, errorId, action);
        }
    }

    /// <summary>Reads the failure of a program: <c>ERROR 1045 (28000): …</c>, <c>mysqldump: Got error: 1045: …</c>.</summary>
    /// <param name="outcome">How it ended.</param>
    public static MySqlFailure Read(ProgramOutcome outcome)
    {
        foreach (var line in outcome.Errors)
        {
            if (Numbered().Match(line) is { Success: true } match) return new MySqlFailure(int.Parse(match.Groups["code"].Value, CultureInfo.InvariantCulture), match.Groups["text"].Value.Trim('"', ' '));
        }

        return new MySqlFailure(0, outcome.Complaint);
    }

    /// <summary>The error for a failure.</summary>
    /// <param name="failure">The failure.</param>
    /// <param name="place">The database and the user.</param>
    /// <param name="errorId">The id where it means nothing more special.</param>
    /// <param name="action">What could not be done.</param>
    public static UpgradeException Map(MySqlFailure failure, MySqlLogIn place, string errorId, string action)
    {
        var text = failure.Message.TrimEnd('.');
        if (text.Contains("errno: 28", StringComparison.OrdinalIgnoreCase) || text.Contains("Errcode: 28", StringComparison.OrdinalIgnoreCase) || text.Contains("No space left", StringComparison.OrdinalIgnoreCase) || failure.Code is 1114 or 1021)
        {
            return new UpgradeException("DiskFull", UpgradeErrorCategory.LimitsExceeded, place.ToString(), $"The disk of the server of '{place}' is full: {text}.", "Free some space on the server, then do it again; nothing was changed.", failure);
        }

        return failure.Code switch
        {
            1045 or 1698 or 1130 or 1862 or 1820 or 1251 or 1275 or 2059 or 2061 => new UpgradeException("DatabaseLoginFailed", UpgradeErrorCategory.AuthenticationError, place.ToString(), $"The server refused the log-in to '{place}': {text}.", "Check the user's name and password, and the hosts that it may log in from.", failure),
            1049 => new UpgradeException("DatabaseNotFound", UpgradeErrorCategory.ObjectNotFound, place.ToString(), $"There is no database '{place.Target.Name}' on {place.Target.Server}.", "Check the database's name; where the application has never run yet, start it once.", failure),
            1044 or 1142 or 1143 or 1227 or 1370 or 1410 or 1419 or 1449 => new UpgradeException("PermissionMissing", UpgradeErrorCategory.PermissionDenied, place.ToString(), $"The database '{place}' {action}: {text}.", $"Give the user '{place.Credential.UserName}' the right, or give a maintenance log-in that has it (-MaintenanceUser, -MaintenanceCredential).", failure),
            1040 or 1053 or 1203 or 1927 or 4031 or (>= 2000 and < 3000) => new UpgradeException("DatabaseUnreachable", UpgradeErrorCategory.ConnectionError, place.ToString(), $"The server of '{place}' can't be reached: {text}.", "Check that it runs and that host, port and firewall are right.", failure),
            0 => new UpgradeException(errorId, UpgradeErrorCategory.InvalidOperation, place.ToString(), $"The database '{place}' {action}: {text}.", null, failure),
            var code => new UpgradeException(errorId, UpgradeErrorCategory.InvalidOperation, place.ToString(), string.Create(CultureInfo.InvariantCulture, $"The database '{place}' {action}: {text} (error {code})."), null, failure),
        };
    }

    [GeneratedRegex(@"(?:^ERROR (?<code>\d+)(?: \(\w+\))?[^:]*: (?<text>.*)$)|(?:Got error: (?<code>\d+): (?<text>.*)$)|(?:Couldn't execute .*: (?<text>.*) \((?<code>\d+)\)$)")]
    private static partial Regex Numbered();
}
