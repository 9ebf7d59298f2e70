using UpgradeModule.Tests.Deployments.Docker.Live;
using UpgradeModule.Tests.Support;

namespace UpgradeModule.Tests.Upgrades.Faults.Strikes;

/// <summary>The Docker daemon ends, and with it every container: the application's and the database's. It is started again when the run has ended, or comes back by itself.</summary>
/// <param name="docker">The daemon.</param>
/// <param name="postgres">The database in it.</param>
/// <param name="comesBack">After how long it comes back; <see langword="null"/> where it stays away until the run has ended.</param>
internal sealed class DaemonStrike(OwnDocker docker, NeighbourPostgres postgres, TimeSpan? comesBack) : Strike($"Docker daemon stopped{(comesBack is null ? "" : " and started anew")}")
{
    private Task _back = Task.CompletedTask;

    /// <summary>What stays away is not waited for in vain.</summary>
    public override TimeSpan? Patience => comesBack is null ? TimeSpan.FromSeconds(3) : null;

    public override async Task BlowAsync(IFaultScene scene)
    {
        await docker.StopAsync();
        if (comesBack is { } time) _back = Task.Run(async () =>
        {
            await Task.Delay(time);
            await docker.StartAgainAsync();
        });
    }

    public override async Task MendAsync(IFaultScene scene)
    {
        await _back;
        await docker.StartAgainAsync();
        await postgres.WaitAsync();
    }
}
