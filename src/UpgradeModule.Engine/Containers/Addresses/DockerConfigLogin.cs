using System.Text.Json.Serialization;

namespace UpgradeModule.Engine.Containers.Addresses;

/// <summary>A log-in in docker's config.json.</summary>
internal sealed record DockerConfigLogin
{
    /// <summary>User and password with a colon between, in base 64.</summary>
    [JsonPropertyName("auth")]
    public string? Auth { get; init; }

    /// <summary>The user, where it isn't in <see cref="Auth"/>.</summary>
    [JsonPropertyName("username")]
    public string? UserName { get; init; }

    /// <summary>The password, where it isn't in <see cref="Auth"/>.</summary>
    [JsonPropertyName("password")]
    public string? Password { get; init; }

    /// <summary>A token in place of a password.</summary>
    [JsonPropertyName("identitytoken")]
    public string? IdentityToken { get; init; }

    /// <summary>A token that is sent to the registry as it is.</summary>
    [JsonPropertyName("registrytoken")]
    public string? RegistryToken { get; init; }

    /// <summary>Nothing of it.</summary>
    public override string ToString() => nameof(DockerConfigLogin);
}
