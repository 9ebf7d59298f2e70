using System.Globalization;
using UpgradeModule.Engine.Readiness.Probing;

namespace UpgradeModule.Engine.Readiness.Checks;

/// <summary>There is room for the backup, the proof, a copy of the data at every stop and the artifacts. Needs on the same disk are added up.</summary>
internal sealed class DiskSpaceCheck : IReadinessCheck
{
    // What logs and the application itself need meanwhile.
    private const long Reserve = 64L * 1024 * 1024;

    /// <inheritdoc/>
    public string Name => "DiskSpace";

    /// <inheritdoc/>
    public async Task<IReadOnlyList<Finding>> RunAsync(ReadinessContext context, CancellationToken cancellationToken)
    {
        var stops = Math.Max(1, context.Path.Stops.Count);
        var needs = new List<(string Folder, long Bytes, string What)>();
        if (await context.ReachableAsync().ConfigureAwait(false) is { } facts)
        {
            if (!context.Request.SkipBackup) needs.Add((context.BackupFolder, facts.Size, "the backup"));
            var data = facts.DataDirectory ?? ((context.Reached ?? context.Database)!.Path is { } file ? Path.GetDirectoryName(Path.GetFullPath(file)) : null);
            if (data is not null) needs.Add((data, facts.Size * (stops + 1), "its proof and a copy of the data for each stop"));
        }

        if (context.ArtifactPath is { } artifact && File.Exists(artifact))
        {
            needs.Add((Path.GetDirectoryName(artifact)!, new FileInfo(artifact).Length * 2 * stops, "the new artifacts beside the old"));
        }

        return [.. needs.Select(need => (Folder: Folders.NearestExisting(need.Folder), need.Bytes, need.What)).Where(need => need.Folder is not null)
            .GroupBy(need => Folders.DiskOf(need.Folder!), StringComparer.Ordinal).Select(disk => Check(context, disk)).OfType<Finding>()];
    }

    private static Finding? Check(ReadinessContext context, IGrouping<string, (string? Folder, long Bytes, string What)> disk)
    {
        var needed = disk.Sum(need => need.Bytes) + Reserve;
        var folder = disk.First().Folder!;
        if (context.Services.FreeSpace(folder) is not { } free || free >= needed) return null;
        var parts = string.Join(", ", disk.Select(need => $"{Megabytes(need.Bytes)} for {need.What} in '{need.Folder}'"));
        return Finding.Blocker($"The disk of '{folder}' has {Megabytes(free)} free, and about {Megabytes(needed)} are needed: {parts}.", "Free some space, or let the backup go to another disk.", folder);
    }

    private static string Megabytes(long bytes) => string.Create(CultureInfo.InvariantCulture, $"{Math.Ceiling(bytes / 1048576.0):N0} MB");
}
