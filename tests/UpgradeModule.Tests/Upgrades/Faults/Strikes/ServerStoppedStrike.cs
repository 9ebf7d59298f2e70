using UpgradeModule.Tests.Support;

namespace UpgradeModule.Tests.Upgrades.Faults.Strikes;

/// <summary>PostgreSQL stops as if its power were cut. It is started again when the run has ended, or comes back by itself.</summary>
/// <param name="server">The server.</param>
/// <param name="comesBack">After how long it comes back; <see langword="null"/> where it stays away until the run has ended.</param>
internal sealed class ServerStoppedStrike(OwnPostgres server, TimeSpan? comesBack = null) : Strike(comesBack is null ? "PostgreSQL stopped" : "PostgreSQL started anew")
{
    private Task _back = Task.CompletedTask;

    /// <summary>What stays away is not waited for in vain.</summary>
    public override TimeSpan? Patience => comesBack is null ? TimeSpan.FromSeconds(3) : null;

    public override Task BlowAsync(IFaultScene scene) => StopAsync();

    public override async Task MendAsync(IFaultScene scene)
    {
        await _back;
        await server.StartAgainAsync();
    }

    private async Task StopAsync()
    {
        await server.StopAsync();
        if (comesBack is { } time) _back = Task.Run(async () =>
        {
            await Task.Delay(time);
            await server.StartAgainAsync();
        });
    }
}
