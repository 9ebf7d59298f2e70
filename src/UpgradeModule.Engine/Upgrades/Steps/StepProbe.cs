using System.Globalization;
using System.IO.Enumeration;
using System.Text.Json.Nodes;
using UpgradeModule.Engine.Apps;
using UpgradeModule.Engine.Operations;

namespace UpgradeModule.Engine.Upgrades.Steps;

/// <summary>Asks the questions with which a definition tells whether a step is needed or done.</summary>
internal static class StepProbe
{
    /// <summary>Asks.</summary>
    /// <param name="run">The run.</param>
    /// <param name="probe">The question.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <returns>Whether the answer is as expected; <see langword="null"/> where there is no question or no answer could be had.</returns>
    public static async Task<bool?> AskAsync(RunContext run, ProbeSpec? probe, CancellationToken cancellationToken)
    {
        if (probe is null) return null;
        try
        {
            if (probe.Sql is { } sql) return await QueryAsync(run, sql, mongo: false, probe.Expect, cancellationToken).ConfigureAwait(false);
            if (probe.Mongo is { } command) return await QueryAsync(run, Picked(command, probe.Value), mongo: true, probe.Expect, cancellationToken).ConfigureAwait(false);
            if (probe.Http is { } http) return await HttpQuestion.AskAsync(run.Deployment, http, cancellationToken).ConfigureAwait(false) is { } answer ? Expectation.Met(answer ? "true" : "false", probe.Expect) : null;
            if (probe.File is { } file) return Expectation.Met(Exists(run, file) ? "true" : "false", probe.Expect);
            if (probe.Setting is { } setting)
            {
                var settings = await run.Host.ReadSettingsAsync(run.Deployment, cancellationToken).ConfigureAwait(false);
                return Expectation.Met(Setting(settings, setting), probe.Expect);
            }
        }
        catch (Exception failure) when (failure is UpgradeException or IOException or UnauthorizedAccessException)
        {
            run.Operation.Verbose($"A step's question could not be answered: {failure.Message}");
        }

        return null;
    }

    // The engine of MongoDB takes the field that is asked for with the command.
    private static string Picked(string command, string? value)
    {
        if (value is null || JsonNode.Parse(command) is not JsonObject fields) return command;
        fields["$value"] = value;
        return fields.ToJsonString();
    }

    // A question in the language of another engine has no answer, whatever that engine might make of it.
    private static async Task<bool?> QueryAsync(RunContext run, string query, bool mongo, string? expect, CancellationToken cancellationToken)
    {
        if (!run.HasDatabase) return null;
        var database = await run.OpenDatabaseAsync(cancellationToken).ConfigureAwait(false);
        await using (database.ConfigureAwait(false))
        {
            if (mongo != (database.Engine == DatabaseEngine.Mongo)) return null;
            var rows = await database.QueryAsync(query, cancellationToken).ConfigureAwait(false);
            return Expectation.Met(rows.Count > 0 && rows[0].Count > 0 ? rows[0][0] : null, expect);
        }
    }

    // A pattern asks how many settings there are; their values may be secrets and go nowhere but into the comparison.
    private static string? Setting(AppSettings settings, string name) => name.Contains('*', StringComparison.Ordinal)
        ? settings.Names.Count(candidate => FileSystemName.MatchesSimpleExpression(name, candidate, ignoreCase: false) && settings.Get(candidate) is not null).ToString(CultureInfo.InvariantCulture)
        : settings.Get(name);

    private static bool Exists(RunContext run, string file)
    {
        var settings = run.Deployment.Deployment.Settings;
        var folder = settings.WorkingDirectory ?? Path.GetDirectoryName(settings.ArtifactPath) ?? "";
        var path = Path.Combine(folder, file);
        return File.Exists(path) || Directory.Exists(path);
    }
}
