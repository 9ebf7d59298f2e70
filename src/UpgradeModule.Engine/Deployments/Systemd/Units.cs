using UpgradeModule.Engine.Operations;

namespace UpgradeModule.Engine.Deployments.Systemd;

/// <summary>Opens the units of deployments.</summary>
/// <param name="reader">Asks systemd.</param>
internal sealed class Units(UnitReader reader)
{
    /// <summary>Reads what a deployment's unit is doing.</summary>
    /// <param name="context">The deployment.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <exception cref="UpgradeException"><c>DeploymentInvalid</c>, <c>UnitNotFound</c>, <c>UnitInvalid</c>, <c>SystemdNotAvailable</c>.</exception>
    public Task<UnitState> StateAsync(DeploymentContext context, CancellationToken cancellationToken) =>
        context.Deployment.Settings.Unit is { Length: > 0 } unit ? reader.StateAsync(unit, cancellationToken) : throw SystemdErrors.NoUnit(context.Deployment);

    /// <summary>Reads a deployment's unit, and completes the deployment by what it says.</summary>
    /// <param name="context">The deployment.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <exception cref="UpgradeException"><c>DeploymentInvalid</c>, <c>UnitNotFound</c>, <c>UnitInvalid</c>, <c>SystemdNotAvailable</c>.</exception>
    public async Task<Unit> OpenAsync(DeploymentContext context, CancellationToken cancellationToken)
    {
        var state = await StateAsync(context, cancellationToken).ConfigureAwait(false);

        // Of a masked unit systemd tells nothing but that.
        var definition = state.LoadState == "masked" ? new UnitDefinition() : await reader.DefinitionAsync(state.Id, cancellationToken).ConfigureAwait(false);
        var given = context.Deployment.Settings;
        var directory = given.WorkingDirectory is { Length: > 0 } own ? own : WorkingDirectory(definition);
        var settings = given with
        {
            Unit = state.Id,
            WorkingDirectory = directory,
            ArtifactPath = given.ArtifactPath is { Length: > 0 } path ? path : definition.Command is { } command ? UnitArtifact.Find(command, context.Spec, directory) : null,
        };
        return new Unit(context with { Deployment = context.Deployment with { Settings = settings } }, state, definition);
    }

    private static string WorkingDirectory(UnitDefinition definition) => definition.WorkingDirectory switch
    {
        "" => "/",
        "~" => Account.Find(definition.User.Length == 0 ? "root" : definition.User)?.Home ?? "/",
        var directory => directory,
    };
}
