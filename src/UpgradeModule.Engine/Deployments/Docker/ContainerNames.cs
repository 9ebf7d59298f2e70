using System.Security.Cryptography;
using System.Text;

namespace UpgradeModule.Engine.Deployments.Docker;

/// <summary>
/// The names of the containers that stand beside a deployment's own. They follow from its name and the swap's label, so that every step of a swap
/// finds what the one before made, in whatever process that was.
/// </summary>
internal static class ContainerNames
{
    /// <summary>The name of the old container after a swap.</summary>
    /// <param name="container">The deployment's container.</param>
    /// <param name="label">The swap's label.</param>
    public static string Kept(string container, string label) => $"{container}.kept-{Mark(label)}";

    /// <summary>The name of the new container until it takes the old one's place, and again when it is taken back.</summary>
    /// <param name="container">The deployment's container.</param>
    /// <param name="label">The swap's label.</param>
    public static string New(string container, string label) => $"{container}.new-{Mark(label)}";

    /// <summary>The name of the container that is a deployment's lock.</summary>
    /// <param name="container">The deployment's container.</param>
    public static string Lock(string container) => $"{container}.locked-by-upgrademodule";

    /// <summary>The name of a container for a one-off command.</summary>
    /// <param name="container">The deployment's container.</param>
    /// <param name="mark">What tells it from others.</param>
    public static string OneOff(string container, string mark) => $"{container}.once-{mark}";

    /// <summary>A name as people write it: the engine puts a slash before it.</summary>
    /// <param name="name">The name as the engine tells it.</param>
    public static string Plain(string? name) => (name ?? "").TrimStart('/');

    private static string Mark(string label) => Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(label)))[..10].ToLowerInvariant();
}
