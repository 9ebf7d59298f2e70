namespace UpgradeModule.Engine.Deployments.Systemd;

/// <summary>How a unit runs its service, as systemd has read it from the unit's file and drop-ins.</summary>
internal sealed record UnitDefinition
{
    /// <summary>The commands of <c>ExecStart=</c>; one, but for units of the type <c>oneshot</c>.</summary>
    public IReadOnlyList<UnitCommand> Commands { get; init; } = [];

    /// <summary>The variables of <c>Environment=</c>, as <c>NAME=value</c>.</summary>
    public IReadOnlyList<string> Environment { get; init; } = [];

    /// <summary>The files of <c>EnvironmentFile=</c>, wildcards included, and whether a missing one is no mistake.</summary>
    public IReadOnlyList<(string Path, bool Optional)> EnvironmentFiles { get; init; } = [];

    /// <summary>The directory that it runs in; the user's home where it is <c>~</c>, the root where it is empty.</summary>
    public string WorkingDirectory { get; init; } = "";

    /// <summary>The user; root where empty.</summary>
    public string User { get; init; } = "";

    /// <summary>The group; the user's own where empty.</summary>
    public string Group { get; init; } = "";

    /// <summary>How long systemd waits for a stop before it kills; <see langword="null"/> where it waits for ever.</summary>
    public TimeSpan? StopTimeout { get; init; }

    /// <summary>What systemd takes for a start: <c>simple</c> (the process runs), <c>notify</c> (it says that it is ready) and others.</summary>
    public string Type { get; init; } = "";

    /// <summary>How long systemd waits for a start before it kills; <see langword="null"/> where it waits for ever.</summary>
    public TimeSpan? StartTimeout { get; init; }

    /// <summary>How long the service may be silent before systemd kills it; <see langword="null"/> where it may be for ever.</summary>
    public TimeSpan? Watchdog { get; init; }

    /// <summary>Whether systemd itself would end a migration that takes long: it waits only so long for a service to say that it is ready.</summary>
    public TimeSpan? KillsAfter => Watchdog ?? (Type is "notify" or "notify-reload" or "forking" or "dbus" or "oneshot" ? StartTimeout : null);

    /// <summary>Exit codes that the unit calls a success besides 0.</summary>
    public IReadOnlyList<int> SuccessExitCodes { get; init; } = [];

    /// <summary>What is taken from the rights of new files.</summary>
    public int FileMask { get; init; }

    /// <summary>Whether systemd makes up the user while the service runs.</summary>
    public bool DynamicUser { get; init; }

    /// <summary>The command that the service is.</summary>
    public UnitCommand? Command => Commands.Count > 0 ? Commands[0] : null;
}
