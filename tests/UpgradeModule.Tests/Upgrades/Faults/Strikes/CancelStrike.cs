namespace UpgradeModule.Tests.Upgrades.Faults.Strikes;

/// <summary>Ctrl+C, as the engine sees it.</summary>
internal sealed class CancelStrike() : Strike("Ctrl+C"), IAsyncDisposable
{
    private readonly CancellationTokenSource _cancel = new();

    public override CancellationToken Token => _cancel.Token;

    public override Task BlowAsync(IFaultScene scene) => _cancel.CancelAsync();

    public ValueTask DisposeAsync()
    {
        _cancel.Dispose();
        return ValueTask.CompletedTask;
    }
}
