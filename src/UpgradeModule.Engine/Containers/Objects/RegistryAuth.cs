using System.Text.Json.Serialization;

namespace UpgradeModule.Engine.Containers.Objects;

/// <summary>A log-in, as an engine takes it in a header. It never leaves the engine's request.</summary>
internal sealed record RegistryAuth
{
    /// <summary>The user.</summary>
    [JsonPropertyName("username")]
    public string? UserName { get; init; }

    /// <summary>The password.</summary>
    [JsonPropertyName("password")]
    public string? Password { get; init; }

    /// <summary>A token in place of a password.</summary>
    [JsonPropertyName("identitytoken")]
    public string? IdentityToken { get; init; }

    /// <summary>A token that is sent to the registry as it is.</summary>
    [JsonPropertyName("registrytoken")]
    public string? RegistryToken { get; init; }

    /// <summary>The registry.</summary>
    [JsonPropertyName("serveraddress")]
    public string? ServerAddress { get; init; }

    /// <summary>The user only.</summary>
    public override string ToString() => UserName ?? "(token)";
}
