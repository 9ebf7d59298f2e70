using System.Globalization;

namespace UpgradeModule.Engine.Containers.Addresses;

/// <summary>Reads an address of an engine, in the forms that docker takes.</summary>
internal static class AddressParser
{
    private const int PlainPort = 2375;
    private const int TlsPort = 2376;

    /// <summary>Reads one.</summary>
    /// <param name="address">The address.</param>
    /// <param name="tls">How TLS is done where it is tcp.</param>
    /// <param name="source">Where it came from; <see langword="null"/> where it was given.</param>
    /// <exception cref="UpgradeException"><c>ContainerAddressInvalid</c>.</exception>
    public static EngineAddress Parse(string address, EngineTls? tls, string? source)
    {
        address = address.Trim();
        var end = address.IndexOf("://", StringComparison.Ordinal);
        if (end <= 0) throw EngineErrors.AddressInvalid(address, "it has no scheme");
        var rest = address[(end + 3)..];
        return address[..end].ToLowerInvariant() switch
        {
            "unix" => rest.StartsWith('/') ? new() { Scheme = EngineScheme.Unix, Path = rest, Text = "unix://" + rest, Source = source } : throw EngineErrors.AddressInvalid(address, "after unix:// comes a full path"),
            "npipe" => Pipe(address, rest, source),
            "tcp" or "http" => Tcp(address, rest, tls, source),
            "https" => Tcp(address, rest, tls ?? throw EngineErrors.AddressInvalid(address, "https needs DOCKER_CERT_PATH or a context with certificates"), source),
            "ssh" => Ssh(address, source),
            _ => throw EngineErrors.AddressInvalid(address, "its scheme is unknown"),
        };
    }

    private static EngineAddress Pipe(string address, string rest, string? source)
    {
        var path = rest.Replace('\\', '/');
        const string Prefix = "//./pipe/";
        var name = path.StartsWith(Prefix, StringComparison.Ordinal) ? path[Prefix.Length..] : "";
        if (name.Length == 0) throw EngineErrors.AddressInvalid(address, "after npipe:// comes //./pipe/ and a name");
        return new() { Scheme = EngineScheme.Pipe, Path = name, Text = "npipe:////./pipe/" + name, Source = source };
    }

    private static EngineAddress Tcp(string address, string rest, EngineTls? tls, string? source)
    {
        if (!Uri.TryCreate("tcp://" + rest, UriKind.Absolute, out var uri) || uri.Host.Length == 0) throw EngineErrors.AddressInvalid(address, "after the scheme come a host and a port");
        if (uri.UserInfo.Length > 0) throw EngineErrors.AddressInvalid(address, "an engine takes no user by tcp");
        if (uri.PathAndQuery is not ("/" or "")) throw EngineErrors.AddressInvalid(address, "a path is not supported");
        var port = uri.Port > 0 ? uri.Port : tls is null ? PlainPort : TlsPort;
        return new() { Scheme = EngineScheme.Tcp, Host = uri.IdnHost, Port = port, Tls = tls, Text = string.Create(CultureInfo.InvariantCulture, $"tcp://{uri.Host}:{port}"), Source = source };
    }

    private static EngineAddress Ssh(string address, string? source)
    {
        if (!Uri.TryCreate(address, UriKind.Absolute, out var uri) || uri.Host.Length == 0) throw EngineErrors.AddressInvalid(address, "after ssh:// comes a host, or user@host");
        if (uri.UserInfo.Contains(':', StringComparison.Ordinal)) throw EngineErrors.AddressInvalid(address, "a password can't stand in it; use a key or an agent");
        if (uri.PathAndQuery is not ("/" or "")) throw EngineErrors.AddressInvalid(address, "a path is not supported: the other machine's own docker decides which engine it is");
        var user = Uri.UnescapeDataString(uri.UserInfo);
        if (user.StartsWith('-') || uri.Host.StartsWith('-')) throw EngineErrors.AddressInvalid(address, "neither user nor host may begin with '-'");
        var port = uri.Port > 0 ? uri.Port : 0;
        var text = $"ssh://{(user.Length > 0 ? user + "@" : "")}{uri.Host}{(port > 0 ? string.Create(CultureInfo.InvariantCulture, $":{port}") : "")}";
        return new() { Scheme = EngineScheme.Ssh, Host = uri.Host.Trim('[', ']'), Port = port, User = user.Length > 0 ? user : null, Text = text, Source = source };
    }
}
