using System.Text;
using System.Text.Json;
using UpgradeModule.Engine.Containers.Addresses;
using UpgradeModule.Engine.Containers.Objects;

namespace UpgradeModule.Engine.Containers.Registries;

/// <summary>Finds the log-in of a registry as docker does: the registry's own helper, the helper of all, then config.json itself.</summary>
internal sealed class RegistryLogins(EngineEnvironment environment)
{
    private const string HubKey = "https://index.docker.io/v1/";

    /// <summary>Finds one.</summary>
    /// <param name="registry">The registry's host and port.</param>
    /// <param name="given">A log-in that was given, which comes first.</param>
    /// <param name="cancellationToken">Ends the wait for a helper.</param>
    /// <returns>The log-in; <see langword="null"/> where there is none.</returns>
    /// <exception cref="UpgradeException"><c>ContainerConfigInvalid</c>; <c>RegistryLoginFailed</c>: a helper failed.</exception>
    public async Task<RegistryAuth?> FindAsync(string registry, RegistryCredential? given, CancellationToken cancellationToken)
    {
        var key = registry == ImageReference.DockerHub ? HubKey : registry;
        if (given is not null) return new RegistryAuth { UserName = given.UserName, Password = given.Reveal(), ServerAddress = key };
        var config = DockerConfig.Load(environment);
        var helper = config.Helpers?.FirstOrDefault(entry => Host(entry.Key) == Host(key)).Value ?? config.Store;
        if (!string.IsNullOrEmpty(helper) && await CredentialHelper.GetAsync(helper, key, registry, environment, cancellationToken).ConfigureAwait(false) is { } kept) return kept;
        return config.Logins?.FirstOrDefault(entry => Host(entry.Key) == Host(key)).Value is { } login ? Read(login, key, environment) : null;
    }

    /// <summary>Writes a log-in as an engine takes it.</summary>
    /// <param name="login">The log-in; none gives an empty one, which a push must have.</param>
    public static string Header(RegistryAuth? login) =>
        Convert.ToBase64String(JsonSerializer.SerializeToUtf8Bytes(login ?? new(), EngineJson.Default.RegistryAuth)).Replace('+', '-').Replace('/', '_');

    private static RegistryAuth? Read(DockerConfigLogin login, string key, EngineEnvironment environment)
    {
        var (user, password) = (login.UserName, login.Password);
        if (!string.IsNullOrEmpty(login.Auth))
        {
            string text;
            try
            {
                text = Encoding.UTF8.GetString(Convert.FromBase64String(login.Auth)).TrimEnd('\0');
            }
            catch (FormatException)
            {
                throw EngineErrors.ConfigInvalid(Path.Combine(environment.ConfigFolder, "config.json"), $"the log-in for '{key}' is not in base 64");
            }

            var colon = text.IndexOf(':', StringComparison.Ordinal);
            if (colon >= 0) (user, password) = (text[..colon], text[(colon + 1)..]);
        }

        // Docker Desktop and helpers leave an empty entry where they keep the log-in themselves.
        if (string.IsNullOrEmpty(user) && string.IsNullOrEmpty(login.IdentityToken) && string.IsNullOrEmpty(login.RegistryToken)) return null;
        return new RegistryAuth { UserName = user, Password = string.IsNullOrEmpty(login.IdentityToken) ? password : null, IdentityToken = login.IdentityToken, RegistryToken = login.RegistryToken, ServerAddress = key };
    }

    private static string Host(string key)
    {
        var end = key.IndexOf("://", StringComparison.Ordinal);
        var rest = end < 0 ? key : key[(end + 3)..];
        var host = rest.Split('/')[0].ToLowerInvariant();
        return host is "docker.io" or "registry-1.docker.io" ? "index.docker.io" : host;
    }
}
