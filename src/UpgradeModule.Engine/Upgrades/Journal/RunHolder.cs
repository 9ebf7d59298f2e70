using UpgradeModule.Engine.Deployments;

namespace UpgradeModule.Engine.Upgrades.Journal;

/// <summary>The process that works on a run. Its number alone would not do: another process gets it one day.</summary>
internal sealed record RunHolder
{
    /// <summary>The user.</summary>
    public string User { get; init; } = "";

    /// <summary>The machine.</summary>
    public string Machine { get; init; } = "";

    /// <summary>What the process number is valid in on that machine.</summary>
    public string Scope { get; init; } = "";

    /// <summary>The process.</summary>
    public int ProcessId { get; init; }

    /// <summary>Which run of that process number, in words that only serve to be compared.</summary>
    public string Started { get; init; } = "";

    /// <summary>This process.</summary>
    public static RunHolder Current() => new()
    {
        User = Environment.UserName,
        Machine = Environment.MachineName,
        Scope = ProcessIdentity.Scope(),
        ProcessId = Environment.ProcessId,
        Started = ProcessIdentity.Of(Environment.ProcessId) ?? "",
    };

    /// <summary>Whether the process is known to be gone. Of another machine's nothing is known.</summary>
    public bool IsGone()
    {
        if (Machine != Environment.MachineName || Scope != ProcessIdentity.Scope()) return false;
        return ProcessIdentity.Of(ProcessId) is not { } there || (there.Length > 0 && there != Started);
    }
}
