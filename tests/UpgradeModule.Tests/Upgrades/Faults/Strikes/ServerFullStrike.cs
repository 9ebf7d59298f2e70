using UpgradeModule.Tests.Support;

namespace UpgradeModule.Tests.Upgrades.Faults.Strikes;

/// <summary>The disk of the PostgreSQL server is full; a server that gave up over it is started again once there is room.</summary>
internal sealed class ServerFullStrike(OwnPostgres server) : Strike("the server's disk full")
{
    private string? _filler;

    public override Task BlowAsync(IFaultScene scene)
    {
        _filler = server.Disk!.Fill();
        return Task.CompletedTask;
    }

    public override async Task MendAsync(IFaultScene scene)
    {
        if (_filler is not null) File.Delete(_filler);
        await server.StartAgainAsync();
    }
}
