using UpgradeModule.Engine.Upgrades;
using UpgradeModule.Tests.Deployments.Docker.Live;
using UpgradeModule.Tests.Support;

namespace UpgradeModule.Tests.Upgrades.Faults.Strikes;

/// <summary>
/// The Docker daemon is killed (<c>kill -9</c>) and started again when the run has ended. Docker 20.10 finds its containers alive then, ends them, and starts again those that
/// are to run always, as the database's; one that is to run unless it is stopped stays down: a person starts it, unless that is the run's to do.
/// </summary>
/// <param name="docker">The daemon.</param>
/// <param name="postgres">The database in it.</param>
internal sealed class DaemonKilledStrike(OwnDocker docker, NeighbourPostgres postgres) : Strike("Docker daemon killed")
{
    /// <summary>What stays away is not waited for in vain.</summary>
    public override TimeSpan? Patience => TimeSpan.FromSeconds(3);

    public override Task BlowAsync(IFaultScene scene) => docker.KillAsync();

    public override async Task MendAsync(IFaultScene scene)
    {
        await docker.StartAgainAsync();
        await postgres.WaitAsync();

        // What the run has not touched is not its to start.
        var runs = await scene.Engine.Upgrades.ListAsync(scene.Context.Deployment, default);
        if (runs.Count > 0 && runs[0].Outcome is UpgradeOutcome.Interrupted or UpgradeOutcome.Failed) return;
        await docker.Engine.StartContainerAsync(scene.Context.Deployment.Settings.Container!, default);
    }

    /// <summary>Docker 20.10 keeps the port of a container that it was just starting when it was killed, with nobody listening: the error says to restart it.</summary>
    public override async Task<string?> DoAsToldAsync(IFaultScene scene, string told)
    {
        if (!told.Contains("port is already allocated", StringComparison.Ordinal) || !told.Contains("restart the engine", StringComparison.Ordinal)) return null;
        await docker.StopAsync();
        await docker.StartAgainAsync();
        await postgres.WaitAsync();
        return "daemon restarted as told";
    }
}
