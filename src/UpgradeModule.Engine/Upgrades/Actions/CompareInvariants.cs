namespace UpgradeModule.Engine.Upgrades.Actions;

/// <summary>Compares the invariants with those before: a fall takes the hop back, a rise doesn't.</summary>
internal sealed class CompareInvariants(UpgradeStop stop) : UpgradeActionBase("CompareInvariants", "Compare what the upgrade must not lower", stop)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan[] Pauses = [TimeSpan.FromMilliseconds(200), TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(2)];

    /// <inheritdoc/>
    public override bool SeesToCancellation => true;

    /// <inheritdoc/>
    public override async Task<ActionResult> DoAsync(RunContext run, CancellationToken cancellationToken)
    {
        if (run.Hop!.Baseline.Count == 0) return ActionResult.Skipped("The application tells no invariants.");

        // The version is healthy: going back now would lose what people write to it, so whoever cancels waits for the comparison, but not for long.
        using var patience = new CancellationTokenSource();
        using var end = cancellationToken.Register(() => patience.CancelAfter(Patience));
        var now = await ReadAsync(run, patience.Token).ConfigureAwait(false);
        run.Recorder.Change(record => record with { InvariantsAfter = now });
        var failures = InvariantGuard.Compare(run, run.Hop.Baseline, now);
        if (failures.Count == 0) return ActionResult.Done(string.Join(", ", now));
        var text = string.Join("; ", failures);
        if (run.Hop.WasInUse)
        {
            run.Operation.Warning($"After the upgrade to {Stop!.To}: {text}. The version was in use while the run lay dead, so people may have deleted what is missing, and going back would lose what they wrote: it stays. Undo-UpgradeRun takes the run back where the upgrade lost it.");
            return ActionResult.Done($"passed over, as the version was in use meanwhile: {text}");
        }

        if (run.Request.Force)
        {
            run.Operation.Warning($"After the {run.Deed} to {Stop!.To}: {text}. The run goes on, as -Force asks.");
            return ActionResult.Done($"passed over by -Force: {text}");
        }

        throw new UpgradeException(
            "InvariantFell", UpgradeErrorCategory.InvalidData, run.Deployment.Deployment.Name,
            $"After the {run.Deed} to {Stop!.To} data is missing: {text}.");
    }

    /// <summary>Reads the numbers; a connection that breaks once is no reason to take a healthy version back.</summary>
    private static async Task<IReadOnlyList<InvariantValue>> ReadAsync(RunContext run, CancellationToken cancellationToken)
    {
        for (var attempt = 0; ; attempt++)
        {
            try
            {
                var now = await InvariantGuard.ReadAsync(run, cancellationToken).ConfigureAwait(false);
                if (attempt == Pauses.Length || now.All(value => value.Value is not null)) return now;
            }
            catch (Exception failure) when (attempt < Pauses.Length && failure is not OperationCanceledException)
            {
                run.Operation.Verbose($"The numbers can't be read yet: {failure.Message}");
            }

            await Task.Delay(Pauses[attempt], cancellationToken).ConfigureAwait(false);
        }
    }
}
