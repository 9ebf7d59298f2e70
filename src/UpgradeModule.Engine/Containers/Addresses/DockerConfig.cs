using System.Text.Json;
using System.Text.Json.Serialization;

namespace UpgradeModule.Engine.Containers.Addresses;

/// <summary>What of docker's config.json is used here. It may hold secrets and never leaves the engine.</summary>
internal sealed record DockerConfig
{
    /// <summary>The context that is taken where none is named.</summary>
    [JsonPropertyName("currentContext")]
    public string? CurrentContext { get; init; }

    /// <summary>Log-ins by registry.</summary>
    [JsonPropertyName("auths")]
    public IReadOnlyDictionary<string, DockerConfigLogin>? Logins { get; init; }

    /// <summary>The credential helper of all registries: <c>X</c> of docker-credential-X.</summary>
    [JsonPropertyName("credsStore")]
    public string? Store { get; init; }

    /// <summary>Credential helpers by registry.</summary>
    [JsonPropertyName("credHelpers")]
    public IReadOnlyDictionary<string, string>? Helpers { get; init; }

    /// <summary>Reads the user's.</summary>
    /// <param name="environment">The machine and the user.</param>
    /// <returns>The configuration; an empty one where there is no file.</returns>
    /// <exception cref="UpgradeException"><c>ContainerConfigInvalid</c>: it can't be read.</exception>
    public static DockerConfig Load(EngineEnvironment environment)
    {
        var file = Path.Combine(environment.ConfigFolder, "config.json");
        try
        {
            return JsonSerializer.Deserialize(File.ReadAllBytes(file), EngineJson.Default.DockerConfig) ?? new();
        }
        catch (Exception failure) when (failure is FileNotFoundException or DirectoryNotFoundException)
        {
            return new();
        }
        catch (JsonException failure)
        {
            // A parser's words can quote the text around the mistake, and that may be a log-in.
            throw EngineErrors.ConfigInvalid(file, string.Create(System.Globalization.CultureInfo.InvariantCulture, $"line {failure.LineNumber + 1} is no valid JSON or not what it should be"));
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw EngineErrors.ConfigInvalid(file, failure.Message, failure);
        }
    }
}
