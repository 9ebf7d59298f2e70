namespace UpgradeModule.Engine.Upgrades.Notices;

/// <summary>What is posted at the end of a run, as camelCase JSON.</summary>
internal sealed record RunNotice
{
    /// <summary>The version of this format; 1.</summary>
    public int FormatVersion { get; init; } = 1;

    /// <summary>What happened: <c>UpgradeEnded</c>, <c>MigrateDownEnded</c>, or <c>UndoEnded</c>.</summary>
    public string Event { get; init; } = "UpgradeEnded";

    /// <summary>The deployment's name.</summary>
    public string Deployment { get; init; } = "";

    /// <summary>The application's name.</summary>
    public string App { get; init; } = "";

    /// <summary>The run's name.</summary>
    public string RunId { get; init; } = "";

    /// <summary>How it ended.</summary>
    public string Outcome { get; init; } = "";

    /// <summary>The version at the start.</summary>
    public string? From { get; init; }

    /// <summary>The version that was aimed at.</summary>
    public string? To { get; init; }

    /// <summary>The version that ran at the end.</summary>
    public string? Reached { get; init; }

    /// <summary>When it began, in UTC.</summary>
    public DateTimeOffset StartedOn { get; init; }

    /// <summary>When it ended, in UTC.</summary>
    public DateTimeOffset? EndedOn { get; init; }

    /// <summary>How long it took, in seconds.</summary>
    public double DurationSeconds { get; init; }

    /// <summary>How long the application could not be used, in seconds.</summary>
    public double DowntimeSeconds { get; init; }

    /// <summary>The backup's name.</summary>
    public string? Backup { get; init; }

    /// <summary>Who ran it: user and machine.</summary>
    public string By { get; init; } = "";

    /// <summary>What a person should know.</summary>
    public string? Message { get; init; }

    /// <summary>The id of the error, where there was one.</summary>
    public string? ErrorId { get; init; }

    /// <summary>The head of the history with the end of the run in it, for <c>Test-UpgradeHistory -Head</c>.</summary>
    public string? HistoryHead { get; init; }

    /// <summary>Writes the notice of a run.</summary>
    /// <param name="run">The run.</param>
    public static RunNotice Of(UpgradeRun run) => new()
    {
        Event = run.Undo is not null ? "UndoEnded" : run.Kind == UpgradeRunKind.MigrateDown ? "MigrateDownEnded" : "UpgradeEnded",
        Deployment = run.Deployment.Name,
        App = run.Deployment.App,
        RunId = run.RunId,
        Outcome = run.Outcome?.ToString() ?? "",
        From = run.From?.Text,
        To = run.To?.Text,
        Reached = run.Reached?.Text,
        StartedOn = run.StartedOn,
        EndedOn = run.EndedOn,
        DurationSeconds = Math.Round(run.Duration.TotalSeconds, 3),
        DowntimeSeconds = Math.Round(run.Downtime.TotalSeconds, 3),
        Backup = run.Backup?.Id,
        By = run.By,
        Message = run.Message,
        ErrorId = run.ErrorId,
        HistoryHead = run.HistoryHead,
    };
}
