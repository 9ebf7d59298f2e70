namespace UpgradeModule.Engine.Containers;

/// <summary>A line that a container wrote.</summary>
/// <param name="Text">The line, without its end.</param>
/// <param name="IsError">Whether it was written to standard error; never with a terminal, which has one stream.</param>
/// <param name="Time">When, where the engine tells.</param>
internal sealed record LogLine(string Text, bool IsError, DateTimeOffset? Time = null)
{
    /// <summary>The line.</summary>
    public override string ToString() => Text;
}
