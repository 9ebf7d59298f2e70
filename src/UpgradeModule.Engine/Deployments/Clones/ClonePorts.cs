using System.Globalization;
using UpgradeModule.Engine.Apps;
using UpgradeModule.Engine.Operations;

namespace UpgradeModule.Engine.Deployments.Clones;

/// <summary>Finds the port that a clone listens on.</summary>
internal static class ClonePorts
{
    /// <summary>The port that the application's settings tell, else the usual one.</summary>
    /// <param name="spec">The application.</param>
    /// <param name="settings">Its settings.</param>
    public static int? Of(AppSpec spec, AppSettings settings) =>
        int.TryParse(settings.Get(spec.Settings.Port), NumberStyles.None, CultureInfo.InvariantCulture, out var given) ? given : spec.Settings.DefaultPort;

    /// <summary>The address of a port on this machine's loopback.</summary>
    /// <param name="port">The port.</param>
    /// <param name="like">The deployment's own address, whose path is kept.</param>
    public static string Address(int port, string? like)
    {
        var path = Uri.TryCreate(like, UriKind.Absolute, out var url) ? url.AbsolutePath.TrimEnd('/') : "";
        return string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{port}{path}");
    }

    /// <summary>The failure that the application can't be asked on another port.</summary>
    /// <param name="context">The deployment.</param>
    /// <param name="why">Why.</param>
    public static UpgradeException Unknown(DeploymentContext context, string why) => new(
        "RehearsalNotSupported", UpgradeErrorCategory.NotImplemented, context.Deployment.Name,
        $"An upgrade of '{context.Deployment.Name}' can't be rehearsed: {why}.",
        "Name the setting of its port, or the usual port, in the definition ('settings').");
}
