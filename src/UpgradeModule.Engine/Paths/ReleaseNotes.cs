using UpgradeModule.Engine.Apps;

namespace UpgradeModule.Engine.Paths;

/// <summary>Where a release's notes are.</summary>
internal static class ReleaseNotes
{
    /// <summary>The address: the release's own, else by the definition's template.</summary>
    /// <param name="spec">The app definition.</param>
    /// <param name="release">The release.</param>
    public static string? Of(AppSpec spec, ReleaseEntry release) =>
        release.Spec.Notes is { } notes && notes.StartsWith("http", StringComparison.Ordinal) ? notes
        : spec.ReleaseNotes is null ? null
        : VersionScheme.Of(spec).Fill(spec.ReleaseNotes, release.Version);
}
