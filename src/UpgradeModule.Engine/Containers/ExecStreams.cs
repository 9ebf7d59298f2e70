namespace UpgradeModule.Engine.Containers;

/// <summary>What goes into a command that runs in a container, and where its output goes, while it runs.</summary>
internal sealed record ExecStreams
{
    /// <summary>
    /// Writes the command's input; the command is told its end when this returns. Without it the input stays open and empty until the command has
    /// ended, so that a command that reads it learns by its end that nobody waits for the command any more.
    /// </summary>
    public Func<Stream, CancellationToken, Task>? Input { get; init; }

    /// <summary>Reads the command's output to its end; passed over without it.</summary>
    public Func<Stream, CancellationToken, Task>? Output { get; init; }

    /// <summary>Told each line of its error output.</summary>
    public Action<string>? OnError { get; init; }
}
