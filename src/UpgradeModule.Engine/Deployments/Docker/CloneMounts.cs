using System.Diagnostics;
using UpgradeModule.Engine.Containers.Objects;
using UpgradeModule.Engine.Deployments.Clones;

namespace UpgradeModule.Engine.Deployments.Docker;

/// <summary>Copies what a container has mounted, for its clone: the clone writes nothing that the deployment reads, and the other way round.</summary>
/// <param name="folder">The clone's folder.</param>
/// <param name="operation">Who is told.</param>
internal sealed class CloneMounts(string folder, IOperationContext operation)
{
    /// <summary>Copies them.</summary>
    /// <param name="container">The deployment's container.</param>
    /// <param name="leftOut">The database's files, by their paths inside.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <returns>The clone's mounts, in their short form.</returns>
    public async Task<List<string>> CopyAsync(ContainerInspect container, IReadOnlyList<string> leftOut, CancellationToken cancellationToken)
    {
        var binds = new List<string>();
        foreach (var mount in container.Mounts ?? [])
        {
            // A socket, which looks like an empty file, leads out: to the engine itself, mostly.
            if (mount is not { Type: "bind" or "volume", Source.Length: > 0, Destination.Length: > 0 } || (!File.Exists(mount.Source) && !Directory.Exists(mount.Source)) || IsEmptyFile(mount.Source)) continue;
            var place = Path.Combine(folder, "mounts", binds.Count.ToString(System.Globalization.CultureInfo.InvariantCulture));
            Directory.CreateDirectory(place);
            var left = leftOut.Select(path => ContainerPaths.MountOf(container, path)?.Destination == mount.Destination ? ContainerPaths.OnHost(mount, path) : null).OfType<string>().ToList();
            var source = Directory.Exists(mount.Source) ? place : Path.Combine(place, Path.GetFileName(mount.Source));
            if (CloneFiles.TooMuch(mount.Source, entry => left.Any(path => entry.FullName.StartsWith(path, StringComparison.Ordinal))) is { } why)
            {
                operation.Warning($"'{mount.Destination}' is not copied for the rehearsal ({why}): the clone has {(mount.RW ? "an empty one" : "the deployment's own, which it can't write")}.");
                if (!mount.RW) source = mount.Source;
            }
            else
            {
                await CopyAsync(mount.Source, place, left, cancellationToken).ConfigureAwait(false);
            }

            binds.Add($"{source}:{mount.Destination}{(mount.RW ? "" : ":ro")}");
        }

        return binds;
    }

    // Owners and rights must come along: the application mostly runs as another user.
    private static async Task CopyAsync(string source, string place, IReadOnlyList<string> left, CancellationToken cancellationToken)
    {
        if (File.Exists(source))
        {
            await RunAsync("cp", ["-a", "--", source, place], cancellationToken).ConfigureAwait(false);
            return;
        }

        const string Script = "from=$1 to=$2; shift 2; tar -C \"$from\" \"$@\" -cf - . | tar -C \"$to\" -xpf -";
        var excluded = left.Select(path => $"--exclude=./{Path.GetRelativePath(source, path)}*");
        await RunAsync("/bin/sh", ["-c", Script, "sh", source, place, "--no-wildcards-match-slash", .. excluded], cancellationToken).ConfigureAwait(false);
    }

    private static async Task RunAsync(string program, IReadOnlyList<string> arguments, CancellationToken cancellationToken)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardError = true, UseShellExecute = false })!;
        var complaint = await process.StandardError.ReadToEndAsync(cancellationToken).ConfigureAwait(false);
        await process.WaitForExitAsync(cancellationToken).ConfigureAwait(false);
        if (process.ExitCode != 0) throw new IOException($"'{program}' could not copy: {complaint.Trim()}");
    }

    private static bool IsEmptyFile(string path) => File.Exists(path) && new FileInfo(path).Length == 0;
}
