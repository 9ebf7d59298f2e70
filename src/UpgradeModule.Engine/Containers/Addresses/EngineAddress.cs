namespace UpgradeModule.Engine.Containers.Addresses;

/// <summary>Where an engine is and how it is spoken to.</summary>
internal sealed record EngineAddress
{
    /// <summary>The kind of connection.</summary>
    public required EngineScheme Scheme { get; init; }

    /// <summary>The path of the socket, or the pipe's name without <c>//./pipe/</c>.</summary>
    public string Path { get; init; } = "";

    /// <summary>The host, of tcp and ssh.</summary>
    public string Host { get; init; } = "";

    /// <summary>The port; ssh's own configuration decides where it is 0.</summary>
    public int Port { get; init; }

    /// <summary>The user, of ssh; ssh's own configuration decides where it is <see langword="null"/>.</summary>
    public string? User { get; init; }

    /// <summary>How TLS is done, of tcp; <see langword="null"/> for none.</summary>
    public EngineTls? Tls { get; init; }

    /// <summary>As messages say it.</summary>
    public required string Text { get; init; }

    /// <summary>Where the address came from, for messages: <c>DOCKER_HOST</c>, <c>the docker context 'x'</c>; <see langword="null"/> where it was given.</summary>
    public string? Source { get; init; }
}
