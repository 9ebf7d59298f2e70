using UpgradeModule.Engine.Apps;

namespace UpgradeModule.Engine.Artifacts;

/// <summary>Finds a stop's artifact in what the caller gave: a file for a path of one stop, or a folder with a file for every stop.</summary>
internal sealed class ArtifactSource(IArtifactFetcher artifacts)
{
    /// <summary>Finds it.</summary>
    /// <param name="spec">The app definition.</param>
    /// <param name="path">The upgrade path.</param>
    /// <param name="stop">The stop.</param>
    /// <param name="given">The file, folder or address that the caller gave.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <returns>The file or address; <see langword="null"/> where the definition's own address is used.</returns>
    /// <exception cref="UpgradeException"><c>ArtifactAmbiguous</c>: one file for many stops. <c>ArtifactNotFound</c>: the folder has none of this version.</exception>
    public async Task<string?> FindAsync(AppSpec spec, UpgradePath path, UpgradeStop stop, string? given, CancellationToken cancellationToken)
    {
        if (string.IsNullOrEmpty(given)) return null;
        if (!Directory.Exists(given))
        {
            if (path.Stops.Count == 1) return given;
            throw Ambiguous(given, path, "One artifact was given");
        }

        // A name that has the version in it is looked at first; the version that the file itself tells decides.
        var files = Directory.EnumerateFiles(given, "*", new EnumerationOptions { RecurseSubdirectories = true, MaxRecursionDepth = 2, IgnoreInaccessible = true })
            .OrderByDescending(file => Names(given, file, stop.To)).ThenBy(file => file, StringComparer.Ordinal);
        foreach (var file in files)
        {
            cancellationToken.ThrowIfCancellationRequested();
            AppVersion? version;
            try
            {
                version = await artifacts.ReadVersionAsync(spec, file, cancellationToken).ConfigureAwait(false);
            }
            catch (UpgradeException)
            {
                // Whatever else lies in the folder is no artifact of this application.
                continue;
            }

            if (version is null ? Names(given, file, stop.To) : version == stop.To) return file;
        }

        throw new UpgradeException(
            "ArtifactNotFound", UpgradeErrorCategory.ObjectNotFound, given,
            $"The folder '{given}' has no artifact of version {stop.To}.",
            $"Lay the artifact of every stop there ({string.Join(", ", path.Stops.Select(other => other.To.Text))}), or leave the folder out to have them fetched.");
    }

    /// <summary>Refuses a checksum that can't hold for every stop.</summary>
    /// <param name="path">The upgrade path.</param>
    /// <param name="sha256">The checksum that the caller gave.</param>
    /// <exception cref="UpgradeException"><c>ArtifactAmbiguous</c>.</exception>
    public static void CheckChecksum(UpgradePath path, string? sha256)
    {
        if (sha256 is not null && path.Stops.Count > 1) throw Ambiguous(sha256, path, "One checksum was given");
    }

    private static bool Names(string folder, string file, AppVersion version)
    {
        var name = Path.GetRelativePath(folder, file);
        var at = name.IndexOf(version.Text, StringComparison.OrdinalIgnoreCase);
        if (at < 0) return false;

        // 1.1 must not be found in 11.1 or 1.1.2.
        var end = at + version.Text.Length;
        var before = at == 0 || (!char.IsAsciiDigit(name[at - 1]) && name[at - 1] != '.');
        var after = end >= name.Length || !(char.IsAsciiDigit(name[end]) || (name[end] == '.' && end + 1 < name.Length && char.IsAsciiDigit(name[end + 1])));
        return before && after;
    }

    private static UpgradeException Ambiguous(string target, UpgradePath path, string what) => new(
        "ArtifactAmbiguous", UpgradeErrorCategory.InvalidArgument, target,
        $"{what}, and the path has {path.Stops.Count} stops: {string.Join(", ", path.Stops.Select(stop => stop.To.Text))}.",
        "Give a folder with one artifact for each, or upgrade to one stop after the other.");
}
