using System.Diagnostics;
using System.Globalization;
using UpgradeModule.Engine.Containers;
using UpgradeModule.Engine.Containers.Objects;

namespace UpgradeModule.Engine.Deployments.Docker;

/// <summary>Starts a deployment's container, also one that its engine takes for half started since it ended in the middle of a start.</summary>
/// <param name="deployment">The deployment.</param>
/// <param name="grace">How long what is left of its processes may take to end.</param>
internal sealed class ContainerStart(DockerDeployment deployment, TimeSpan grace)
{
    /// <summary>Starts it.</summary>
    /// <param name="container">The container as it is; it doesn't run.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="UpgradeException"><c>ServiceStartFailed</c>, <c>PortTaken</c>.</exception>
    public async Task StartAsync(ContainerInspect container, CancellationToken cancellationToken)
    {
        try
        {
            if (await TryAsync(container, cancellationToken).ConfigureAwait(false) is not { } stuck) return;

            // One that is known by its id alone would have another one then.
            if (container.PlainName != deployment.Name) throw stuck;
            await new ContainerRenewal(deployment).RenewAsync(container, cancellationToken).ConfigureAwait(false);
            await deployment.Engine.StartContainerAsync(deployment.Name, cancellationToken).ConfigureAwait(false);
        }
        catch (UpgradeException failure) when (failure.ErrorId is "ContainerStartFailed" or "ContainerEngineFailed")
        {
            throw Failed(failure.Category, failure.Message, null, failure);
        }
    }

    /// <summary>Starts it as often as something of it is still ending.</summary>
    /// <returns>The failure of an engine that takes it for half started, although nothing of it is left; <see langword="null"/> where it was started.</returns>
    private async Task<UpgradeException?> TryAsync(ContainerInspect container, CancellationToken cancellationToken)
    {
        for (var since = Stopwatch.StartNew(); ;)
        {
            try
            {
                await deployment.Engine.StartContainerAsync(deployment.Name, cancellationToken).ConfigureAwait(false);
                return null;
            }
            catch (UpgradeException failure) when (failure.ErrorId == "ContainerStartFailed" && EngineErrors.IsStillEnding(failure.Message))
            {
                var left = EnginePlace.Of(deployment.Engine.Address).SharesNetwork ? LeftProcesses.Of(container.Id) : [];
                if (left.Count == 0) return failure;
                if (since.Elapsed < grace) continue;

                // A second one beside it would be two versions on one database.
                throw Failed(
                    UpgradeErrorCategory.ResourceBusy,
                    $"{failure.Message} The engine takes it for ended, but processes of it still run after {grace.TotalSeconds.ToString("0.#", CultureInfo.InvariantCulture)} seconds: {string.Join(", ", left)}.",
                    "End those processes (kill), or restart the engine, and do this again.",
                    failure);
            }
        }
    }

    private UpgradeException Failed(UpgradeErrorCategory category, string why, string? remedy, Exception inner)
    {
        var name = deployment.Context.Deployment.Name;
        return new UpgradeException("ServiceStartFailed", category, name, $"The container '{deployment.Name}' of '{name}' can't be started: {why}", remedy, inner);
    }
}
