namespace UpgradeModule.Engine.Upgrades.MigrateDown;

/// <summary>One leg of the way down: the newer version migrates the database down, the older one takes its place.</summary>
/// <param name="Index">Its place, from 0.</param>
/// <param name="Stop">The leg as a stop of its own: from the version whose artifact migrates down to the next older one.</param>
/// <param name="Last">Whether it leads to the version that is started.</param>
internal sealed record DownLeg(int Index, UpgradeStop Stop, bool Last)
{
    /// <summary>The legs of a way down.</summary>
    /// <param name="stop">The stop, with the versions between.</param>
    public static IReadOnlyList<DownLeg> Of(UpgradeStop stop)
    {
        AppVersion[] versions = [stop.From, .. stop.Via, stop.To];
        return [.. Enumerable.Range(0, versions.Length - 1).Select(index => new DownLeg(index, stop with { Order = index + 1, From = versions[index], To = versions[index + 1], Via = [] }, index == versions.Length - 2))];
    }

    /// <summary>Whether a stop leads down.</summary>
    /// <param name="spec">The app definition.</param>
    /// <param name="stop">The stop.</param>
    public static bool LeadsDown(Apps.AppSpec spec, UpgradeStop stop) => Apps.VersionScheme.Of(spec).Compare(stop.To, stop.From) < 0;
}
