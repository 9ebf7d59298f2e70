namespace UpgradeModule.Engine.Containers;

/// <summary>How a command or a one-off container ended.</summary>
/// <param name="ExitCode">Its exit code.</param>
/// <param name="Lines">What it wrote, the last thousand lines.</param>
internal sealed record ContainerOutcome(int ExitCode, IReadOnlyList<LogLine> Lines)
{
    /// <summary>What it wrote, as one text.</summary>
    public string Text => string.Join('\n', Lines.Select(line => line.Text));
}
