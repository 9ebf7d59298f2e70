namespace UpgradeModule.Completion;

/// <summary>What a word may become.</summary>
/// <param name="Text">The word.</param>
/// <param name="ToolTip">What is to be known of it.</param>
internal sealed record Candidate(string Text, string ToolTip);
