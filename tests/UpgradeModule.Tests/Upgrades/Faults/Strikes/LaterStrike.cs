namespace UpgradeModule.Tests.Upgrades.Faults.Strikes;

/// <summary>A trouble that comes while an action is under way, not before it.</summary>
/// <param name="strike">The trouble.</param>
/// <param name="delay">How long after the moment.</param>
internal sealed class LaterStrike(Strike strike, TimeSpan delay) : Strike(FormattableString.Invariant($"{strike.Name}, {delay.TotalMilliseconds:0} ms later"))
{
    private Task _blow = Task.CompletedTask;

    public override CancellationToken Token => strike.Token;

    public override TimeSpan Timeout => strike.Timeout;

    public override TimeSpan? Patience => strike.Patience;

    public override Task BlowAsync(IFaultScene scene)
    {
        _blow = Task.Run(async () =>
        {
            await Task.Delay(delay);
            await strike.BlowAsync(scene);
        });
        return Task.CompletedTask;
    }

    public override async Task MendAsync(IFaultScene scene)
    {
        await _blow;
        await strike.MendAsync(scene);
    }

    public override Task<string?> DoAsToldAsync(IFaultScene scene, string told) => strike.DoAsToldAsync(scene, told);
}
