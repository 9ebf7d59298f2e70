namespace UpgradeModule.Engine.Readiness.Checks;

/// <summary>The database engine is new enough for every stop.</summary>
internal sealed class EngineVersionCheck : IReadinessCheck
{
    /// <inheritdoc/>
    public string Name => "EngineVersion";

    /// <inheritdoc/>
    public async Task<IReadOnlyList<Finding>> RunAsync(ReadinessContext context, CancellationToken cancellationToken)
    {
        if (await context.ReachableAsync().ConfigureAwait(false) is not { EngineVersion: { } text } || Leading(text) is not { } installed) return [];
        var names = Names(context.Database!.Engine, text);
        var findings = new List<Finding>();
        foreach (var stop in context.Path.Stops)
        {
            foreach (var need in stop.Requirements.Where(need => names.Contains(need.Name, StringComparer.OrdinalIgnoreCase)))
            {
                if (AppVersion.TryParse(need.Minimum, out var minimum) && installed < minimum)
                {
                    findings.Add(Finding.Blocker($"{stop.To} needs {need.Name} {need.Minimum} or newer, and {context.Database} is {text}. {need.Note}".TrimEnd(), $"Upgrade the database server to {need.Recommended ?? need.Minimum} first.", context.Database.ToString()));
                }
                else if (AppVersion.TryParse(need.Maximum, out var maximum) && installed > maximum && !text.StartsWith(need.Maximum + ".", StringComparison.Ordinal))
                {
                    findings.Add(Finding.Blocker($"{stop.To} works with {need.Name} up to {need.Maximum}, and {context.Database} is {text}. {need.Note}".TrimEnd(), $"Use {need.Name} {need.Recommended ?? need.Maximum}.", context.Database.ToString()));
                }
            }
        }

        return findings;
    }

    // What a builder adds to the number (8.0.36-0ubuntu0.22.04.1, 10.11.6-MariaDB) takes no part.
    private static AppVersion? Leading(string text)
    {
        var end = text.AsSpan().IndexOfAnyExcept("0123456789.");
        return AppVersion.TryParse((end < 0 ? text : text[..end]).TrimEnd('.'), out var version) ? version : null;
    }

    private static string[] Names(DatabaseEngine engine, string version) => engine switch
    {
        DatabaseEngine.Postgres => ["postgres", "postgresql"],
        DatabaseEngine.MySql when version.Contains("MariaDB", StringComparison.OrdinalIgnoreCase) => ["mariadb"],
        DatabaseEngine.MySql => ["mysql"],
        DatabaseEngine.Mongo => ["mongodb"],
        DatabaseEngine.Sqlite => ["sqlite"],
        _ => ["h2"],
    };
}
