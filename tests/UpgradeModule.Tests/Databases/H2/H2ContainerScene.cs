using System.Formats.Tar;
using UpgradeModule.Engine;
using UpgradeModule.Engine.Apps;
using UpgradeModule.Engine.Backups;
using UpgradeModule.Engine.Containers;
using UpgradeModule.Engine.Containers.Objects;
using UpgradeModule.Engine.Databases;
using UpgradeModule.Engine.Deployments;
using UpgradeModule.Engine.Operations;
using UpgradeModule.Engine.State;
using UpgradeModule.Tests.Deployments.Docker.Live;
using UpgradeModule.Tests.Support;

namespace UpgradeModule.Tests.Databases.H2;

/// <summary>An application in a container whose H2 file, which a real H2 made, lies in it, on a volume or in a folder of this machine.</summary>
internal sealed class H2ContainerScene : IAsyncDisposable
{
    public const string Folder = "/metabase.db";
    public const string Inside = Folder + "/metabase.db.mv.db";
    public const int Owner = 2000;

    private readonly TempFolder _folder = new();
    private readonly StateStore _store;

    private H2ContainerScene(IContainerEngine engine, TestImages images, H2Fixture data, string jar)
    {
        Data = data;
        Scene = new DockerScene(engine, images);
        Scene.Spec = Scene.Spec with
        {
            Image = Scene.Spec.Image! with { DataPath = Folder },
            Invariants = [.. H2Fixture.Invariants.Where(invariant => invariant.Name == "people")],
            Settings = new SettingsSpec { Database = new DatabaseSettingsSpec { DefaultEngine = "H2", DefaultFile = "metabase.db", FileSuffix = ".mv.db" } },
        };
        var context = Scene.Context;
        Context = context with { Deployment = context.Deployment with { Settings = context.Deployment.Settings with { ArtifactPath = jar } } };
        _store = new StateStore(_folder.File("state/store.db"));
        Backups = new BackupService(new BackupServices
        {
            Store = _store,
            Hosts = _ => Scene.Host,
            OpenDatabase = Opener.OpenAsync,
            OpenThrowAway = (_, _) => throw new NotSupportedException(),
            NeededByRuns = (_, _, _) => Task.FromResult<IReadOnlyList<NeededBackup>>([]),
        });
    }

    public H2Fixture Data { get; }

    public DockerScene Scene { get; }

    public DeploymentContext Context { get; }

    public BackupService Backups { get; }

    private ReachingOpener Opener => new(new DatabaseOpener(new AppDatabases()), new AppDatabases().Open, _ => Scene.Host);

    /// <summary>Makes the container, which runs nothing but a shell, and lays the file into it.</summary>
    public static Task<H2ContainerScene> MakeAsync(ContainerEngineFixture docker, string version, Func<H2ContainerScene, HostConfig>? host = null)
    {
        docker.Require();
        return MakeAsync(docker.Engine, docker.Images, version, host);
    }

    /// <summary>Makes it on Podman.</summary>
    public static Task<H2ContainerScene> MakeAsync(PodmanFixture podman, string version, Func<H2ContainerScene, HostConfig>? host = null)
    {
        podman.Require();
        return MakeAsync(podman.Engine, podman.Images, version, host);
    }

    private static async Task<H2ContainerScene> MakeAsync(IContainerEngine engine, TestImages images, string version, Func<H2ContainerScene, HostConfig>? host)
    {
        var made = new H2ContainerScene(engine, images, await H2Fixture.MakeAsync(version), await H2Jars.OfAsync(version));
        var image = await made.Scene.ImageAsync("1.0.0", "trap 'exit 0' TERM INT; mkdir -p /metabase.db; while true; do sleep 0.1; done", own => own with { User = null, Healthcheck = null });
        await made.Scene.CreateAsync(request => request with { HostConfig = host?.Invoke(made) ?? new HostConfig() }, image, start: true);
        while (await made.Scene.Engine.FindPathAsync(made.Scene.Name, Folder, default) is null) await Task.Delay(50);
        await made.Scene.Engine.StopContainerAsync(made.Scene.Name, null, default);
        await made.PutAsync(made.Data.File);
        return made;
    }

    /// <summary>Lays a file into the container, owned by a user of its own.</summary>
    public async Task PutAsync(string file)
    {
        using var archive = new MemoryStream();
        await using (var writer = new TarWriter(archive, leaveOpen: true))
        {
            using var content = File.OpenRead(file);
            await writer.WriteEntryAsync(new PaxTarEntry(TarEntryType.RegularFile, Inside[(Folder.Length + 1)..]) { DataStream = content, Uid = Owner, Gid = Owner, Mode = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead });
        }

        archive.Position = 0;
        await Scene.Engine.WriteArchiveAsync(Scene.Name, Folder, archive, default);
    }

    /// <summary>What lies in the folder: name, bytes, owner, rights.</summary>
    public async Task<IReadOnlyDictionary<string, (byte[] Bytes, int Owner, UnixFileMode Mode)>> LookAsync()
    {
        var found = new Dictionary<string, (byte[], int, UnixFileMode)>(StringComparer.Ordinal);
        // Podman's archives of a part tell another owner.
        await using var archive = (await Scene.Engine.GetVersionAsync(default)).IsPodman ? await Scene.Engine.ExportAsync(Scene.Name, default) : await Scene.Engine.ReadArchiveAsync(Scene.Name, Folder, default);
        await using var reader = new TarReader(archive);
        while (await reader.GetNextEntryAsync(copyData: true) is { } entry)
        {
            if (!entry.Name.StartsWith(Folder[1..] + "/", StringComparison.Ordinal)) continue;
            var name = entry.Name[(entry.Name.IndexOf('/', StringComparison.Ordinal) + 1)..];
            if (entry.EntryType == TarEntryType.HardLink) found[name] = found[entry.LinkName[(entry.LinkName.IndexOf('/', StringComparison.Ordinal) + 1)..]];
            if (entry.EntryType is not (TarEntryType.RegularFile or TarEntryType.V7RegularFile)) continue;
            using var bytes = new MemoryStream();
            if (entry.DataStream is { } data) await data.CopyToAsync(bytes);
            found[name] = (bytes.ToArray(), entry.Uid, entry.Mode);
        }

        return found;
    }

    public async Task<IAppDatabase> OpenAsync() => await Opener.OpenAsync(Context, await Scene.Host.ReadSettingsAsync(Context, default), default);

    public Task<AppBackup> BackupAsync() => Backups.BackupAsync(Context, _folder.File("backups"), default);

    public async ValueTask DisposeAsync()
    {
        await Scene.DisposeAsync();
        await _store.DisposeAsync();
        Data.Dispose();
        _folder.Dispose();
    }

    /// <summary>A folder of this machine.</summary>
    public string OnHost(string name) => Directory.CreateDirectory(_folder.File(name)).FullName;
}
