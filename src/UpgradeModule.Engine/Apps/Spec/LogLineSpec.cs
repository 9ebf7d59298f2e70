namespace UpgradeModule.Engine.Apps;

/// <summary>A log line that tells something.</summary>
public sealed record LogLineSpec
{
    /// <summary>A regular expression.</summary>
    public string Pattern { get; set; } = "";

    /// <summary><c>info</c>, <c>progress</c>, <c>ready</c>, <c>warning</c> or <c>failure</c>.</summary>
    public string Meaning { get; set; } = "info";

    /// <summary>What it means, for people. <c>{name}</c> stands for what the pattern's group of that name matched.</summary>
    public string? Message { get; set; }

    /// <summary>What to do about it.</summary>
    public string? Remedy { get; set; }
}
