using UpgradeModule.Engine.Readiness.Probing;

namespace UpgradeModule.Engine.Readiness.Checks;

/// <summary>The programs that make and restore a backup are installed and new enough.</summary>
internal sealed class BackupToolCheck : IReadinessCheck
{
    /// <inheritdoc/>
    public string Name => "BackupTool";

    /// <inheritdoc/>
    public async Task<IReadOnlyList<Finding>> RunAsync(ReadinessContext context, CancellationToken cancellationToken)
    {
        if (await context.ReachableAsync().ConfigureAwait(false) is not { } facts) return [];
        return [.. facts.Missing.Where(DatabaseTools.Names).Select(missing => Finding.Blocker(missing, "", context.Database!.ToString()))];
    }
}
