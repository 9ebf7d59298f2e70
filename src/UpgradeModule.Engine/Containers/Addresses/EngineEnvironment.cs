namespace UpgradeModule.Engine.Containers.Addresses;

/// <summary>What of this machine and user decides which engine is taken. Tests make one up.</summary>
internal sealed record EngineEnvironment
{
    /// <summary>Reads an environment variable; <see langword="null"/> where it is not set or empty.</summary>
    public Func<string, string?> Variable { get; init; } = name => Environment.GetEnvironmentVariable(name) is { Length: > 0 } value ? value : null;

    /// <summary>The user's home folder.</summary>
    public string Home { get; init; } = Environment.GetFolderPath(Environment.SpecialFolder.UserProfile);

    /// <summary>Whether the machine runs Windows.</summary>
    public bool IsWindows { get; init; } = OperatingSystem.IsWindows();

    /// <summary>Tells whether a socket or pipe is there.</summary>
    public Func<string, bool> Exists { get; init; } = File.Exists;

    /// <summary>The folder of docker's configuration: DOCKER_CONFIG, or <c>.docker</c> of the home folder.</summary>
    public string ConfigFolder => Variable("DOCKER_CONFIG") ?? Path.Combine(Home, ".docker");
}
