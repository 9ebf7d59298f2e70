namespace UpgradeModule.Engine.Databases.Programs;

/// <summary>One run of a program. Secrets go by <see cref="Private"/> or <see cref="Environment"/>, never by <see cref="Arguments"/>, which others can read.</summary>
internal sealed record ProgramRequest
{
    /// <summary>What stands in an argument, or in a variable's value, for the path of the private file.</summary>
    public const string PrivatePath = "{private}";

    /// <summary>The program, as its place knows it: a full path on this machine, a name in a container.</summary>
    public required string Program { get; init; }

    /// <summary>Its arguments; never a secret.</summary>
    public IReadOnlyList<string> Arguments { get; init; } = [];

    /// <summary>Variables to set.</summary>
    public IReadOnlyDictionary<string, string> Environment { get; init; } = new Dictionary<string, string>();

    /// <summary>Beginnings of the names of variables of this machine that the program is not to see.</summary>
    public IReadOnlyList<string> Hidden { get; init; } = [];

    /// <summary>The content of a file that only the program's user may read and that is gone after the run; no more than 100 KiB.</summary>
    public string? Private { get; init; }

    /// <summary>The end of that file's name, for programs that go by it: <c>.js</c>.</summary>
    public string PrivateSuffix { get; init; } = "";

    /// <summary>Texts that are taken out of the error output.</summary>
    public IReadOnlyList<string> Secrets { get; init; } = [];

    /// <summary>Writes the program's input; it is told its end when this returns. Empty without it.</summary>
    public Func<Stream, CancellationToken, Task>? Input { get; init; }

    /// <summary>Reads its output to the end; passed over without it.</summary>
    public Func<Stream, CancellationToken, Task>? Output { get; init; }

    /// <summary>Told each line of its error output.</summary>
    public Action<string>? OnError { get; init; }
}
