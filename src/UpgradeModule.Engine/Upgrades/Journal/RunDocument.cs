using UpgradeModule.Engine.Deployments;

namespace UpgradeModule.Engine.Upgrades.Journal;

/// <summary>A run as the journal has it: everything that is needed to tell of it, and to go on or back. It holds no secret.</summary>
internal sealed record RunDocument
{
    /// <summary>The newest version of this format.</summary>
    public const int Current = 3;

    /// <summary>The version of this format. 1 has nothing of the hop that is under way, so such a run can't be resumed; from 3 on no document is written without an entry in the history.</summary>
    public int FormatVersion { get; init; } = Current;

    /// <summary>The process that works on it.</summary>
    public RunHolder? Holder { get; init; }

    /// <summary>When it was last written, in UTC.</summary>
    public DateTimeOffset SavedOn { get; init; }

    /// <summary>The run as people see it.</summary>
    public UpgradeRun Run { get; init; } = new();

    /// <summary>The path that it walks.</summary>
    public UpgradePath Path { get; init; } = new();

    /// <summary>What was asked for, less the path and without log-ins in addresses.</summary>
    public UpgradeRequest Request { get; init; } = new();

    /// <summary>How many of its stops are completed.</summary>
    public int CompletedStops { get; init; }

    /// <summary>Since when the application can't be used, in UTC; <see langword="null"/> while it can.</summary>
    public DateTimeOffset? DownSince { get; init; }

    /// <summary>The hop that is under way, or that could not be taken back.</summary>
    public HopRecord? Hop { get; init; }

    /// <summary>Why it goes back; <see langword="null"/> as long as it goes forward.</summary>
    public BackRecord? Back { get; init; }

    /// <summary>The edition at the start.</summary>
    public string FromEdition { get; init; } = "";

    /// <summary>The backup from before its first stop.</summary>
    public AppBackup? FirstBackup { get; init; }

    /// <summary>What its stops install, in their order.</summary>
    public IReadOnlyList<InstallSource> Sources { get; init; } = [];

    /// <summary>The migrations that were recorded when it began, in the order in which they ran; empty where the application records none that can be read.</summary>
    public IReadOnlyList<string> MigrationsBefore { get; init; } = [];

    /// <summary>The run that it undoes, by migrating down; <see langword="null"/> for runs of their own.</summary>
    public UndoOrder? Undoes { get; init; }

    /// <summary>Every state that it kept.</summary>
    public IReadOnlyList<KeptPoint> Points { get; init; } = [];
}
