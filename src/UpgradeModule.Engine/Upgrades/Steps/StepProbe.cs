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
            if (probe.Sql is { } sql) return run.HasDatabase ? Expectation.Met(await QueryAsync(run, sql, cancellationToken).ConfigureAwait(false), probe.Expect) : null;
            if (probe.Mongo is { } command) return run.HasDatabase ? Expectation.Met(await QueryAsync(run, Picked(command, probe.Value), cancellationToken).ConfigureAwait(false), probe.Expect) : null;
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

    private static async Task<string?> QueryAsync(RunContext run, string sql, CancellationToken cancellationToken)
    {
        var database = await run.OpenDatabaseAsync(cancellationToken).ConfigureAwait(false);
        await using (database.ConfigureAwait(false))
        {
            var rows = await database.QueryAsync(sql, cancellationToken).ConfigureAwait(false);
            return rows.Count > 0 && rows[0].Count > 0 ? rows[0][0] : null;
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
