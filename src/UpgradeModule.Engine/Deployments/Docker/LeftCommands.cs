using UpgradeModule.Engine.Containers;

namespace UpgradeModule.Engine.Deployments.Docker;

/// <summary>Ends one-off commands that outlived who started them: their containers go on writing to the database although nobody waits for them any more.</summary>
internal static class LeftCommands
{
    private const int Tries = 5;
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    /// <summary>Removes their containers, and returns once the engine lists none any more.</summary>
    /// <param name="deployment">The deployment; its lock is held, so that nobody waits for what is found.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <exception cref="UpgradeException"><c>CommandFailed</c>: one can't be ended. <c>ContainerEngineUnreachable</c>.</exception>
    public static async Task EndAsync(DockerDeployment deployment, CancellationToken cancellationToken)
    {
        var name = deployment.Context.Deployment.Name;
        var query = new ContainerQuery { Labels = [$"{ContainerLabels.OneOff}={deployment.Name}"] };
        UpgradeException? reason = null;
        for (var attempt = 0; ; attempt++)
        {
            var left = await deployment.Engine.ListContainersAsync(query, cancellationToken).ConfigureAwait(false);
            if (left.Count == 0) return;
            if (attempt == Tries)
            {
                throw new UpgradeException(
                    "CommandFailed", UpgradeErrorCategory.ResourceBusy, left[0].PlainName,
                    $"A command that was run for '{name}' earlier is still there in the container '{left[0].PlainName}', and can't be ended{(reason is null ? "." : ": " + reason.Message)} As long as it is, it may write to the database.",
                    $"Remove it with 'docker rm --force {left[0].PlainName}', and do this again.", reason);
            }

            // The engine may say that it is being removed, long before it is gone.
            if (attempt > 0) await Task.Delay(Pause, cancellationToken).ConfigureAwait(false);
            foreach (var one in left)
            {
                if (attempt == 0) deployment.Context.Operation.Warning($"A command that was run for '{name}' earlier had outlived who started it; its container '{one.PlainName}' is removed.");
                try
                {
                    await deployment.Engine.RemoveContainerAsync(one.Id, force: true, volumes: true, cancellationToken).ConfigureAwait(false);
                }
                catch (UpgradeException failure) when (failure.ErrorId == "ContainerEngineFailed")
                {
                    reason = failure;
                }
            }
        }
    }
}
