using UpgradeModule.Engine.Containers.Objects;

namespace UpgradeModule.Engine.Deployments.Docker;

/// <summary>Finds the file of this machine that an application in a container knows by a path inside.</summary>
/// <param name="deployment">The deployment.</param>
internal sealed class DatabaseFile(DockerDeployment deployment)
{
    /// <summary>Finds where the file lies inside. Start scripts of images make a folder of an H2 file's name, or put it into the image's own data folder.</summary>
    /// <param name="container">The container.</param>
    /// <param name="database">The database as the settings tell it.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    public async Task<string> InsideAsync(ContainerInspect container, DatabaseTarget database, CancellationToken cancellationToken)
    {
        var path = database.Path!;
        if (database.Engine != DatabaseEngine.H2) return path;
        foreach (var candidate in Candidates(path))
        {
            if (await deployment.Engine.FindPathAsync(container.Id, candidate, cancellationToken).ConfigureAwait(false) is { IsDirectory: false }) return candidate;
        }

        return path;
    }

    /// <summary>Finds the file of this machine; of H2, also one in the container itself, which is told by its path inside and the container.</summary>
    /// <param name="container">The container.</param>
    /// <param name="database">The database as the settings tell it.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <exception cref="UpgradeException"><c>DatabaseFileUnreachable</c>.</exception>
    public async Task<DatabaseTarget> ReachAsync(ContainerInspect container, DatabaseTarget database, CancellationToken cancellationToken)
    {
        var inside = await InsideAsync(container, database, cancellationToken).ConfigureAwait(false);
        if (ContainerPaths.MountOf(container, inside) is not { } mount)
        {
            // The engine reads it out of the container, and writes it back; an upgrade, with which it would be lost, is refused by name.
            if (database.Engine == DatabaseEngine.H2) return database with { Path = inside, Container = container.PlainName };
            throw Unreachable(inside, $"it lies in the container '{container.PlainName}' itself, and is lost with it", "Move it onto a volume or a folder of the host first: Test-UpgradeReadiness tells how.");
        }

        await DemandLastingAsync(mount, inside, cancellationToken).ConfigureAwait(false);
        if (ContainerPaths.OnHost(mount, inside) is not { } path) throw Unreachable(inside, $"it lies in a mount of the kind {mount.Type}, which is no folder of the host", "Move it onto a volume or a folder of the host.");
        if (!EnginePlace.Of(deployment.Engine.Address).SharesNetwork)
        {
            throw Unreachable(inside, $"it lies on the machine of {deployment.Engine.Address}, and not on this one", "Run this on that machine, or give the file's path here with -DatabasePath where both share it.");
        }

        return database with { Path = path, Container = null };
    }

    // An engine mounts such volumes while a container uses them: once it is stopped, their folder is empty, or another one.
    private async Task DemandLastingAsync(MountPoint mount, string inside, CancellationToken cancellationToken)
    {
        const string Remedy = "Move the database onto a plain volume or a folder of the host (mount it on the host, and bind that folder), or give the file's path on this machine with -DatabasePath where it lies in a folder that stays mounted.";
        if (mount is not { Type: "volume", Name: { Length: > 0 } name }) return;
        var volume = await deployment.Engine.FindVolumeAsync(name, cancellationToken).ConfigureAwait(false);
        var driver = volume?.Driver ?? mount.Driver;
        if (driver is { Length: > 0 } and not "local") throw Unreachable(inside, $"it lies on the volume '{name}' of the driver '{driver}', which is there only while the container runs", Remedy);
        if (volume?.Options is { } options && (Given("device") || Given("type"))) throw Unreachable(inside, $"the volume '{name}' is a mount of its own (type '{options.GetValueOrDefault("type", "")}'), which is there only while the container runs", Remedy);

        bool Given(string option) => options.GetValueOrDefault(option) is { Length: > 0 };
    }

    private IEnumerable<string> Candidates(string path)
    {
        var name = path[(path.LastIndexOf('/') + 1)..];
        var dot = name.IndexOf('.', StringComparison.Ordinal);
        var suffix = deployment.Context.Spec.Settings.Database?.FileSuffix ?? "";
        var bare = suffix.Length > 0 && path.EndsWith(suffix, StringComparison.Ordinal) ? path[..^suffix.Length] : dot > 0 ? path[..^(name.Length - dot)] : path;
        yield return path;
        yield return $"{bare}/{name}";
        if (deployment.Context.Spec.Image?.DataPath is { Length: > 0 } data) yield return $"{data.TrimEnd('/')}/{name}";
    }

    private UpgradeException Unreachable(string path, string why, string remedy) =>
        new("DatabaseFileUnreachable", UpgradeErrorCategory.ResourceUnavailable, path, $"The database file '{path}' of '{deployment.Context.Deployment.Name}' can't be reached from this machine: {why}.", remedy);
}
