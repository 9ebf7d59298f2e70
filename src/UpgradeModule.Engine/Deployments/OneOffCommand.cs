namespace UpgradeModule.Engine.Deployments;

/// <summary>A command that is run once with a deployment's own settings while its service is stopped: an explicit migration, say.</summary>
public sealed record OneOffCommand
{
    /// <summary>
    /// The program and its arguments, one each, as the definition writes them. The host replaces <c>{artifact}</c> and <c>{version}</c>, and what
    /// <see cref="Placeholders"/> names.
    /// </summary>
    public IReadOnlyList<string> Command { get; init; } = [];

    /// <summary>
    /// In a container: what the image's own entrypoint is given in place of <see cref="Command"/>, each an argument of its own, so that the entrypoint
    /// prepares the settings as it does for the service. The command itself is run where empty.
    /// </summary>
    public IReadOnlyList<string> ImageArguments { get; init; } = [];

    /// <summary>The version that runs it, which is the one that is installed.</summary>
    public AppVersion? Version { get; init; }

    /// <summary>What else stands for something, without the braces: <c>migrationTag</c>.</summary>
    public IReadOnlyDictionary<string, string> Placeholders { get; init; } = new Dictionary<string, string>();

    /// <summary>How long it may take; it is ended then.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromMinutes(30);

    /// <summary>What it is for, for messages: <c>migrating the database</c>.</summary>
    public string Purpose { get; init; } = "";

    /// <summary>Gets the program and its arguments with everything replaced that stands for something.</summary>
    /// <param name="artifact">What <c>{artifact}</c> stands for; nothing is replaced where <see langword="null"/>.</param>
    public IReadOnlyList<string> Expand(string? artifact)
    {
        var values = new Dictionary<string, string>(Placeholders, StringComparer.Ordinal) { ["version"] = Version?.Text ?? "" };
        if (artifact is not null) values["artifact"] = artifact;
        return [.. Command.Select(part => values.Aggregate(part, static (text, value) => text.Replace("{" + value.Key + "}", value.Value, StringComparison.Ordinal)))];
    }
}
