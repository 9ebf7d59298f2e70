namespace UpgradeModule;

/// <summary>An upgrade run at its end.</summary>
public sealed record UpgradeResult : UpgradeRun
{
    /// <inheritdoc/>
    public override string ToString() => $"{Deployment.Name}: {Outcome}";
}
