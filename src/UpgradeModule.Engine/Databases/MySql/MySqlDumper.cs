
namespace UpgradeModule.Engine.Databases.MySql;

/// <summary>Runs the server's own dump program.</summary>
internal static class MySqlDumper
{
    /// <summary>The arguments with which everything of a database is dumped.</summary>
    /// <param name="tool">The program.</param>
    public static IReadOnlyList<string> Everything(MySqlTool tool) =>
    [
        .. Common(tool), "--single-transaction", "--quick", "--routines", "--events", "--triggers", "--hex-blob", "--skip-add-drop-table", "--skip-add-locks", "--skip-disable-keys", "--no-autocommit", "--max-allowed-packet=1G",
    ];

    /// <summary>The arguments with which triggers, events and routines alone are dumped.</summary>
    /// <param name="tool">The program.</param>
    public static IReadOnlyList<string> Objects(MySqlTool tool) => [.. Common(tool), "--no-data", "--no-create-info", "--routines", "--events", "--triggers"];

    /// <summary>The arguments with which triggers alone are dumped.</summary>
    /// <param name="tool">The program.</param>
    public static IReadOnlyList<string> Triggers(MySqlTool tool) => [.. Common(tool), "--no-data", "--no-create-info", "--triggers"];

    /// <summary>The arguments with which views alone are dumped.</summary>
    /// <param name="tool">The program.</param>
    public static IReadOnlyList<string> Views(MySqlTool tool) => [.. Common(tool), "--no-data", "--skip-triggers", "--skip-add-drop-table"];

    /// <summary>Dumps.</summary>
    /// <param name="tool">The program.</param>
    /// <param name="logIn">The server and the log-in.</param>
    /// <param name="arguments">How.</param>
    /// <param name="names">The database, and names of its tables or views where not all are meant.</param>
    /// <param name="output">Reads the dump.</param>
    /// <param name="onError">Told each line of the error output.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <exception cref="MySqlFailure">It failed.</exception>
    public static async Task RunAsync(MySqlTool tool, MySqlLogIn logIn, IReadOnlyList<string> arguments, IReadOnlyList<string> names, Func<Stream, CancellationToken, Task> output, Action<string>? onError, CancellationToken cancellationToken)
    {
        // Behind -- nothing is an option, whatever its name begins with.
        var request = await tool.RequestAsync(logIn, [.. arguments, "--", .. names], cancellationToken).ConfigureAwait(false);
        var outcome = await tool.Place.RunAsync(request with { Output = output, OnError = onError }, cancellationToken).ConfigureAwait(false);
        if (outcome.Succeeded) return;
        var insufficient = outcome.Errors.FirstOrDefault(line => line.Contains("insufficient privileges", StringComparison.OrdinalIgnoreCase));
        throw insufficient is null ? MySqlErrors.Read(outcome) : new MySqlFailure(1227, insufficient);
    }

    private static IEnumerable<string> Common(MySqlTool tool)
    {
        string[] common = ["--verbose", "--skip-lock-tables", "--no-tablespaces", "--default-character-set=utf8mb4"];
        return tool.Version switch
        {
            { Flavour: MySqlFlavour.MySql, Series.Major: >= 8 } => [.. common, "--set-gtid-purged=OFF", "--column-statistics=0"],
            { Flavour: MySqlFlavour.MySql } => [.. common, "--set-gtid-purged=OFF"],
            _ => common,
        };
    }
}
