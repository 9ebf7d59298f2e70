using UpgradeModule.Engine.Operations;

namespace UpgradeModule.Engine.Deployments.Commands;

/// <summary>A one-off command, ready to be run as a process of this machine.</summary>
internal sealed record OneOffPlan
{
    /// <summary>The program's full path.</summary>
    public required string Program { get; init; }

    /// <summary>Its arguments, one each, unquoted.</summary>
    public required IReadOnlyList<string> Arguments { get; init; }

    /// <summary>The directory that it runs in.</summary>
    public required string WorkingDirectory { get; init; }

    /// <summary>Its whole environment, secrets included.</summary>
    public required IReadOnlyDictionary<string, string> Environment { get; init; }

    /// <summary>Takes secrets out of its output.</summary>
    public required SecretRedactor Redactor { get; init; }

    /// <summary>The file that its output is appended to; none where <see langword="null"/>.</summary>
    public string? Log { get; init; }

    /// <summary>How long it may take.</summary>
    public required TimeSpan Timeout { get; init; }

    /// <summary>The deployment's name.</summary>
    public required string Deployment { get; init; }

    /// <summary>What marks the deployment's commands, so that <see cref="LeftProcesses"/> finds them: unlike any other deployment's.</summary>
    public required string Mark { get; init; }

    /// <summary>What it is for.</summary>
    public required string Purpose { get; init; }
}
