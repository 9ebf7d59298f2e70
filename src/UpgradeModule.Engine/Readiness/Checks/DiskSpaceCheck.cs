using System.Globalization;
using UpgradeModule.Engine.Deployments;
using UpgradeModule.Engine.Readiness.Probing;

namespace UpgradeModule.Engine.Readiness.Checks;

/// <summary>
/// There is room for the backup, the proof, a copy of the data at every stop and the artifacts: by the database's real size and by what the
/// stops' addresses say of their files; images are taken to be as large as the one that runs. Needs on the same disk are added up, and told each.
/// </summary>
internal sealed class DiskSpaceCheck : IReadinessCheck
{
    // What logs and the application itself need meanwhile.
    private const long Reserve = 64L * 1024 * 1024;

    /// <inheritdoc/>
    public string Name => "DiskSpace";

    /// <inheritdoc/>
    public async Task<IReadOnlyList<Finding>> RunAsync(ReadinessContext context, CancellationToken cancellationToken)
    {
        var needs = new List<DiskNeed>();
        if (await context.ReachableAsync().ConfigureAwait(false) is { } facts) AddData(needs, context, facts);
        if (context.ArtifactPath is { } artifact && File.Exists(artifact)) await AddArtifactsAsync(needs, context, artifact).ConfigureAwait(false);
        else needs.AddRange(Images(await context.SourcesAsync().ConfigureAwait(false)));
        return [.. needs.Select(need => need with { Folder = Folders.NearestExisting(need.Folder) ?? "" }).Where(need => need.Folder.Length > 0)
            .GroupBy(need => Folders.DiskOf(need.Folder), StringComparer.Ordinal).Select(disk => Check(context, [.. disk])).OfType<Finding>()];
    }

    private static void AddData(List<DiskNeed> needs, ReadinessContext context, Databases.DatabaseFacts facts)
    {
        if (!context.Request.SkipBackup) needs.Add(new DiskNeed(context.BackupFolder, facts.Size, "the backup, which is at most as large as the database"));
        // A file in a container grows on a disk of the engine's, and an upgrade of it is refused.
        var data = facts.DataDirectory ?? ((context.Reached ?? context.Database) is { Container: null, Path: { } file } ? Path.GetDirectoryName(Path.GetFullPath(file)) : null);
        if (data is null) return;
        if (!context.Request.SkipBackup) needs.Add(new DiskNeed(data, facts.Size, "the backup's proof"));
        var stops = Math.Max(1, context.Path.Stops.Count);
        needs.Add(new DiskNeed(data, facts.Size * stops, Invariant($"a copy of the database of {Megabytes(facts.Size)} for each of {stops} stop(s)")));
    }

    private static async Task AddArtifactsAsync(List<DiskNeed> needs, ReadinessContext context, string artifact)
    {
        var folder = Path.GetDirectoryName(artifact)!;
        var installed = new FileInfo(artifact).Length;
        var sources = await context.SourcesAsync().ConfigureAwait(false);
        var unknown = sources.Count(source => source.Size is null);
        var fetched = sources.Sum(source => source.Size ?? installed);
        if (fetched > 0)
        {
            var guess = unknown == 0 ? "" : Invariant($" ({unknown} of them taken to be as large as the one that is installed)");
            needs.Add(new DiskNeed(folder, fetched, $"fetching the artifacts of the stops{guess}"));
        }

        // A swap copies what was fetched; what it replaces is kept until the run is completed. What lies there already doesn't tell its size.
        needs.Add(new DiskNeed(folder, sources.Sum(source => source.Size is > 0 and { } size ? size : installed), "the artifacts that are kept for the way back"));
    }

    // Layers that images share are written once, so this is the most that they take.
    private static IEnumerable<DiskNeed> Images(IReadOnlyList<SourceCheck> sources) => sources
        .Where(static source => source is { Folder: not null, Size: > 0 })
        .GroupBy(static source => source.Folder!, StringComparer.Ordinal)
        .Select(static folder => new DiskNeed(folder.Key, folder.Sum(static source => source.Size!.Value), Invariant($"the images of {folder.Count()} stop(s), each taken to be as large as the one that runs")));

    private static Finding? Check(ReadinessContext context, IReadOnlyList<DiskNeed> disk)
    {
        var needed = disk.Sum(need => need.Bytes) + Reserve;
        var folder = disk[0].Folder;
        if (context.Services.FreeSpace(folder) is not { } free || free >= needed) return null;
        var parts = string.Join(", ", disk.Select(need => $"{Megabytes(need.Bytes)} for {need.What} in '{need.Folder}'"));
        return Finding.Blocker($"The disk of '{folder}' has {Megabytes(free)} free, and about {Megabytes(needed)} are needed: {parts}, {Megabytes(Reserve)} for the rest.", "Free some space, or let the backup go to another disk.", folder);
    }

    private static string Megabytes(long bytes) => Invariant($"{Math.Ceiling(bytes / 1048576.0):N0} MB");

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);

    private sealed record DiskNeed(string Folder, long Bytes, string What);
}
