using UpgradeModule.Display;
using UpgradeModule.Pipeline;

namespace UpgradeModule.Completion;

/// <summary>Completes the versions of the application that the line is about, newest first.</summary>
internal sealed class VersionCompleter : EngineCompleter
{
    /// <inheritdoc/>
    protected override async Task<IReadOnlyList<Candidate>> FindAsync(EngineSession session, GivenParameters given, CancellationToken cancellationToken)
    {
        if (await CompletionLookup.AppAsync(session, given, cancellationToken).ConfigureAwait(false) is not { } found) return [];
        var releases = await session.Engine.Definitions.ReleasesAsync(found.App, found.Edition, cancellationToken).ConfigureAwait(false);
        return [.. releases.Where(release => release.Status is ReleaseStatus.Available or ReleaseStatus.NotRecommended).Select(release => new Candidate(release.Version.Text, ToolTip(release)))];
    }

    private static string ToolTip(AppRelease release) =>
        $"{release.App} {release.Version}{(release.Date is { } date ? $", {Show.Day(date)}" : "")}{(release.Status == ReleaseStatus.Available ? "" : ", not recommended")}";
}
