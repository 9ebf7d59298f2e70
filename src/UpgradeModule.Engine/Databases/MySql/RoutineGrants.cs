namespace UpgradeModule.Engine.Databases.MySql;

/// <summary>Rights on single procedures and functions. The server takes them back where the routine is dropped, and a swap makes routines anew.</summary>
internal static class RoutineGrants
{
    private const int NoSuchRoutine = 1305;

    /// <summary>Reads them.</summary>
    /// <param name="session">A session.</param>
    /// <param name="database">The database.</param>
    /// <param name="operation">Who is told where they can't be read, and there may be some.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <returns>User, host and statement of each, with a line's end between.</returns>
    public static async Task<IReadOnlyList<string>> ReadAsync(MySqlSession session, string database, IOperationContext operation, CancellationToken cancellationToken)
    {
        var routines = await session.QueryAsync($"SELECT ROUTINE_NAME FROM information_schema.ROUTINES WHERE ROUTINE_SCHEMA = {MySqlText.Value(database)} ORDER BY ROUTINE_NAME", cancellationToken).ConfigureAwait(false);
        if (routines.Count == 0) return [];
        try
        {
            var rows = await session.QueryAsync($"SELECT User, Host, Routine_name, Routine_type, Proc_priv FROM mysql.procs_priv WHERE Db = {MySqlText.Value(database)} ORDER BY User, Host, Routine_name", cancellationToken).ConfigureAwait(false);
            return [.. rows.Select(row => $"{row[0]}\n{row[1]}\n{Statement(database, row[0] ?? "", row[1] ?? "", row[2] ?? "", row[3] ?? "", row[4] ?? "")}")];
        }
        catch (MySqlFailure failure) when (failure.Code is 1044 or 1142 or 1143 or 1227)
        {
            operation.Warning($"Rights that were given on single routines of '{database}' go with the swap, and this user may not read them (mysql.procs_priv). Routines: {string.Join(", ", routines.Select(row => row[0]))}. Where other users may call only some of them, GRANT EXECUTE again.");
            return [];
        }
    }

    /// <summary>Gives them again, as far as the routine and the user are there.</summary>
    /// <param name="session">A session.</param>
    /// <param name="grants">What was read.</param>
    /// <param name="operation">Who is told of those that can't be given.</param>
    public static async Task ReplayAsync(MySqlSession session, IReadOnlyList<string> grants, IOperationContext operation)
    {
        foreach (var parts in grants.Select(grant => grant.Split('\n', 3)).Where(parts => parts.Length == 3))
        {
            try
            {
                // Some servers make a user, without a password, where one is given a right that isn't there any more.
                if (await session.NumberAsync($"SELECT COUNT(*) FROM mysql.user WHERE User = {MySqlText.Value(parts[0])} AND Host = {MySqlText.Value(parts[1])}", CancellationToken.None).ConfigureAwait(false) == 0) continue;
                await session.ExecuteAsync(parts[2], CancellationToken.None).ConfigureAwait(false);
            }
            catch (MySqlFailure failure) when (failure.Code == NoSuchRoutine)
            {
            }
            catch (MySqlFailure failure) when (failure.Code is > 0 and < 2000)
            {
                operation.Warning($"A right on a routine could not be given again: {failure.Message}. Do it by hand: {parts[2]}");
            }
        }
    }

    private static string Statement(string database, string user, string host, string routine, string type, string rights)
    {
        var given = rights.Split(',').Select(right => right.Trim().ToUpperInvariant()).ToList();
        var grantOption = given.Remove("GRANT") ? " WITH GRANT OPTION" : "";
        var names = given.Where(right => right.Length > 0).ToList();
        // Roles have no host.
        var grantee = host.Length == 0 ? MySqlText.Name(user) : $"{MySqlText.Value(user)}@{MySqlText.Value(host)}";
        return $"GRANT {(names.Count == 0 ? "USAGE" : string.Join(", ", names))} ON {type} {MySqlText.Name(database)}.{MySqlText.Name(routine)} TO {grantee}{grantOption}";
    }
}
