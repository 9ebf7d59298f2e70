using UpgradeModule.Tests.Support;

namespace UpgradeModule.Tests.Upgrades.Faults.Strikes;

/// <summary>A disk has no room left for a single byte, until somebody makes some.</summary>
/// <param name="what">What is on it.</param>
/// <param name="disk">The disk.</param>
internal sealed class DiskFullStrike(string what, SmallDisk disk) : Strike($"{what} full")
{
    private string? _filler;

    public override Task BlowAsync(IFaultScene scene)
    {
        _filler = disk.Fill();
        return Task.CompletedTask;
    }

    public override Task MendAsync(IFaultScene scene)
    {
        if (_filler is not null) File.Delete(_filler);
        return Task.CompletedTask;
    }
}
