using System.Globalization;

namespace UpgradeModule.Engine.Containers.Addresses;

/// <summary>Decides which engine is meant, in docker's own order: the given address, DOCKER_HOST, DOCKER_CONTEXT, the current context, the default sockets.</summary>
internal static class AddressResolver
{
    private const string ContextPrefix = "context:";

    /// <summary>Resolves an address.</summary>
    /// <param name="address">The address, or <c>context:NAME</c>; <see langword="null"/> for the usual engine.</param>
    /// <param name="environment">The machine and the user.</param>
    /// <exception cref="UpgradeException"><c>ContainerAddressInvalid</c>, <c>ContainerContextNotFound</c>, <c>ContainerConfigInvalid</c>.</exception>
    public static EngineAddress Resolve(string? address, EngineEnvironment environment)
    {
        if (!string.IsNullOrWhiteSpace(address)) return Given(address.Trim(), environment, null);
        if (environment.Variable("DOCKER_HOST") is { } host) return AddressParser.Parse(host, Tls(environment), "DOCKER_HOST");
        if (environment.Variable("DOCKER_CONTEXT") is { } named) return Context(named, environment, "DOCKER_CONTEXT");
        var current = DockerConfig.Load(environment).CurrentContext;
        return string.IsNullOrEmpty(current) ? Default(environment) : Context(current, environment, "the current docker context");
    }

    private static EngineAddress Given(string address, EngineEnvironment environment, string? source) =>
        address.StartsWith(ContextPrefix, StringComparison.OrdinalIgnoreCase)
            ? Context(address[ContextPrefix.Length..].Trim(), environment, null)
            : AddressParser.Parse(address, Tls(environment), source);

    private static EngineAddress Context(string name, EngineEnvironment environment, string? source) =>
        name == "default" ? Default(environment) : DockerContexts.Find(name, environment, source is null ? null : $"{source} ('{name}')");

    // As docker's command line has it: DOCKER_TLS without _VERIFY means TLS with whoever answers.
    private static EngineTls? Tls(EngineEnvironment environment)
    {
        var verify = environment.Variable("DOCKER_TLS_VERIFY") is not null;
        return verify || environment.Variable("DOCKER_TLS") is not null ? new EngineTls(environment.Variable("DOCKER_CERT_PATH") ?? environment.ConfigFolder, verify) : null;
    }

    private static EngineAddress Default(EngineEnvironment environment)
    {
        var candidates = Candidates(environment).ToList();
        var found = candidates.FirstOrDefault(environment.Exists) ?? candidates[0];
        var scheme = environment.IsWindows ? "npipe://" : "unix://";
        return AddressParser.Parse(scheme + found.Replace('\\', '/'), null, "the default socket");
    }

    private static IEnumerable<string> Candidates(EngineEnvironment environment)
    {
        if (environment.IsWindows)
        {
            yield return @"\\.\pipe\docker_engine";
            yield return @"\\.\pipe\podman-machine-default";
            yield break;
        }

        yield return "/var/run/docker.sock";
        var runtime = environment.Variable("XDG_RUNTIME_DIR") ?? string.Create(CultureInfo.InvariantCulture, $"/run/user/{UnixUser.Id}");
        yield return runtime + "/docker.sock";
        yield return environment.Home + "/.docker/run/docker.sock";
        yield return runtime + "/podman/podman.sock";
        yield return "/run/podman/podman.sock";
    }
}
