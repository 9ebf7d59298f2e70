using UpgradeModule.Engine.Containers;
using UpgradeModule.Tests.Deployments.Docker.Live;

namespace UpgradeModule.Tests.Upgrades.Faults.Strikes;

/// <summary>The container of the database is killed; it is started again when the run has ended, or after a moment.</summary>
internal sealed class NeighbourStrike(IContainerEngine engine, NeighbourPostgres postgres, TimeSpan? comesBack) : Strike($"PostgreSQL's container killed{(comesBack is null ? "" : " and started anew")}")
{
    private Task _back = Task.CompletedTask;

    /// <summary>What stays away is not waited for in vain.</summary>
    public override TimeSpan? Patience => comesBack is null ? TimeSpan.FromSeconds(3) : null;

    public override async Task BlowAsync(IFaultScene scene)
    {
        await engine.KillContainerAsync(postgres.Name, "SIGKILL", default);
        if (comesBack is { } time) _back = Task.Run(async () =>
        {
            await Task.Delay(time);
            await engine.StartContainerAsync(postgres.Name, default);
        });
    }

    public override async Task MendAsync(IFaultScene scene)
    {
        await _back;
        await engine.StartContainerAsync(postgres.Name, default);
        await postgres.WaitAsync();
    }
}
