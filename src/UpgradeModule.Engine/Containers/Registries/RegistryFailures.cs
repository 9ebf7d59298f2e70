using System.Text.RegularExpressions;
using UpgradeModule.Engine.Containers.Objects;

namespace UpgradeModule.Engine.Containers.Registries;

/// <summary>Tells from an engine's words why an image could not be fetched or sent. Docker and Podman pass on what the registry or the network said, by various statuses.</summary>
internal static partial class RegistryFailures
{
    /// <summary>Makes the failure.</summary>
    /// <param name="address">The engine.</param>
    /// <param name="image">The image.</param>
    /// <param name="request">What was asked.</param>
    /// <param name="login">The log-in that was used, if any.</param>
    /// <param name="says">What the engine says.</param>
    /// <param name="status">The answer's status; 200 for words in the stream.</param>
    public static UpgradeException For(string address, ImageReference image, ImagePullRequest request, RegistryAuth? login, string says, int status)
    {
        foreach (var secret in new[] { login?.Password, login?.IdentityToken, login?.RegistryToken })
        {
            if (!string.IsNullOrEmpty(secret)) says = says.Replace(secret, "***", StringComparison.Ordinal);
        }

        // An image may be called anything, "unauthorized" too.
        var words = says.Replace(image.Name, "", StringComparison.Ordinal);
        if (Space().IsMatch(words)) return EngineErrors.DiskFull(address, image.Wanted, says);
        if (Platform().IsMatch(words)) return EngineErrors.PlatformMismatch(image.Wanted, request.Platform ?? "the engine's platform", says);
        if (Limit().IsMatch(words)) return EngineErrors.RegistryLimit(image.Registry, image.Wanted, says);
        if (Denied().IsMatch(words)) return EngineErrors.ImageNotFound(image.Wanted, says);
        if (Login().IsMatch(words)) return EngineErrors.LoginFailed(image.Registry, image.Wanted, says, login?.ToString());
        if (Network().IsMatch(words)) return EngineErrors.RegistryUnreachable(image.Registry, image.Wanted, says);
        if (status == 404 || Missing().IsMatch(words)) return EngineErrors.ImageNotFound(image.Wanted, says);
        return EngineErrors.Failed(address, image.Wanted, $"fetch or send '{image.Wanted}'", says, status);
    }

    [GeneratedRegex("no space left on device|disk quota exceeded", RegexOptions.IgnoreCase)]
    private static partial Regex Space();

    [GeneratedRegex("no matching manifest for|no match for platform|does not match the specified platform|no image found in (manifest list|image index)|cannot be used on this platform|unknown operating system or architecture", RegexOptions.IgnoreCase)]
    private static partial Regex Platform();

    [GeneratedRegex("toomanyrequests|too many requests|rate limit", RegexOptions.IgnoreCase)]
    private static partial Regex Limit();

    // What Docker Hub says of a repository that isn't there, and of one that this user may not see.
    [GeneratedRegex("pull access denied", RegexOptions.IgnoreCase)]
    private static partial Regex Denied();

    [GeneratedRegex("unauthorized|authentication required|no basic auth credentials|incorrect username or password|invalid username/password|access .*denied|403 forbidden|status code from registry 40[13]", RegexOptions.IgnoreCase)]
    private static partial Regex Login();

    [GeneratedRegex("dial tcp|no such host|connection refused|connection reset|i/o timeout|tls handshake|x509|certificate|unexpected EOF|: EOF|context deadline exceeded|http response to https client|network is unreachable|no route to host|client\\.timeout|server misbehaving|50[0234] (internal|bad|service|gateway)|status code from registry 5", RegexOptions.IgnoreCase)]
    private static partial Regex Network();

    [GeneratedRegex("manifest unknown|manifest for .* not found|name unknown|repository name not known|not found|does not exist", RegexOptions.IgnoreCase)]
    private static partial Regex Missing();
}
