using UpgradeModule.Display;
using UpgradeModule.Engine.Backups;
using UpgradeModule.Engine.Operations;
using UpgradeModule.Pipeline;

namespace UpgradeModule.Completion;

/// <summary>Completes the ids of the backups that the store remembers.</summary>
internal sealed class BackupCompleter : EngineCompleter
{
    /// <inheritdoc/>
    protected override async Task<IReadOnlyList<Candidate>> FindAsync(EngineSession session, GivenParameters given, CancellationToken cancellationToken)
    {
        var backups = await session.Engine.Backups.ListAsync(new BackupQuery { Deployment = given.Deployment }, NullOperationContext.Instance, cancellationToken).ConfigureAwait(false);
        return [.. backups.DistinctBy(backup => backup.Id).Select(backup => new Candidate(backup.Id, $"{backup.App} {backup.Version}, {Show.Time(backup.Created)}"))];
    }
}
