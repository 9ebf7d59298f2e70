using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace UpgradeModule.Engine.Containers.Addresses;

/// <summary>Docker's store of contexts: a folder each, named after the SHA-256 of its name.</summary>
internal static class DockerContexts
{
    /// <summary>Finds a context.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="environment">The machine and the user.</param>
    /// <param name="source">What named it.</param>
    /// <exception cref="UpgradeException"><c>ContainerContextNotFound</c>, <c>ContainerConfigInvalid</c>.</exception>
    public static EngineAddress Find(string name, EngineEnvironment environment, string? source)
    {
        var store = Path.Combine(environment.ConfigFolder, "contexts");
        var id = Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(name))).ToLowerInvariant();
        var file = Path.Combine(store, "meta", id, "meta.json");
        try
        {
            using var document = JsonDocument.Parse(File.ReadAllBytes(file));
            if (!document.RootElement.TryGetProperty("Endpoints", out var endpoints) || !endpoints.TryGetProperty("docker", out var docker) || !docker.TryGetProperty("Host", out var host) || host.GetString() is not { Length: > 0 } address)
            {
                throw EngineErrors.ConfigInvalid(file, $"the context '{name}' has no docker endpoint");
            }

            var skip = docker.TryGetProperty("SkipTLSVerify", out var flag) && flag.ValueKind == JsonValueKind.True;
            var folder = Path.Combine(store, "tls", id, "docker");
            return AddressParser.Parse(address, skip || Directory.Exists(folder) ? new EngineTls(folder, !skip) : null, source ?? $"the docker context '{name}'");
        }
        catch (Exception failure) when (failure is FileNotFoundException or DirectoryNotFoundException)
        {
            throw EngineErrors.ContextNotFound(name, store);
        }
        catch (Exception failure) when (failure is JsonException or InvalidOperationException or IOException or UnauthorizedAccessException)
        {
            throw EngineErrors.ConfigInvalid(file, failure.Message, failure);
        }
    }
}
