using UpgradeModule.Engine.Operations;

namespace UpgradeModule.Engine.Deployments.Systemd;

/// <summary>A deployment together with its unit as systemd has read it.</summary>
/// <param name="Context">The deployment; what its settings leave out of artifact and working directory is taken from the unit.</param>
/// <param name="State">What the unit is doing.</param>
/// <param name="Definition">How it runs its service.</param>
internal sealed record Unit(DeploymentContext Context, UnitState State, UnitDefinition Definition)
{
    /// <summary>The unit's full name.</summary>
    public string Id => State.Id;

    /// <summary>The directory that the service runs in.</summary>
    public string WorkingDirectory => Context.Deployment.Settings.WorkingDirectory ?? "/";
}
