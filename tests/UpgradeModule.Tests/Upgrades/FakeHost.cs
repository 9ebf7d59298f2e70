using System.Runtime.CompilerServices;
using UpgradeModule.Engine.Apps;
using UpgradeModule.Engine.Deployments;
using UpgradeModule.Engine.Operations;

namespace UpgradeModule.Tests.Upgrades;

/// <summary>The host of a <see cref="FakeWorld"/>, as strict as a real one.</summary>
internal sealed class FakeHost(FakeWorld world) : IAppHost
{
    public AppHostKind Kind => AppHostKind.Process;

    public Task<AppService> GetServiceAsync(DeploymentContext context, CancellationToken cancellationToken) => Task.FromResult(Service(context));

    public Task<AppService> StartAsync(DeploymentContext context, CancellationToken cancellationToken) => world.CallAsync("Start", cancellationToken, () =>
    {
        world.Start();
        return Service(context);
    });

    public Task<AppService> StopAsync(DeploymentContext context, TimeSpan? grace, CancellationToken cancellationToken) => world.CallAsync("Stop", cancellationToken, () =>
    {
        world.Running = null;
        world.Restarting = false;
        return Service(context);
    });

    public Task<AppSettings> ReadSettingsAsync(DeploymentContext context, CancellationToken cancellationToken) => Task.FromResult(new AppSettings());

    public Task<AppVersion?> ReadInstalledVersionAsync(DeploymentContext context, CancellationToken cancellationToken) => Task.FromResult(world.TellsVersion ? world.Installed : null);

    public Task<InstallSource> FetchAsync(DeploymentContext context, SourceRequest request, CancellationToken cancellationToken) => world.CallAsync("Fetch", cancellationToken, () =>
        new InstallSource { Version = request.Version, Edition = request.Edition, Artifact = new AppArtifact { Version = request.Version, Path = "/staged" } });

    public Task<SourceCheck> CheckSourceAsync(DeploymentContext context, SourceRequest request, CancellationToken cancellationToken) => Task.FromResult(SourceCheck.Available());

    public Task<bool> IsInstalledAsync(DeploymentContext context, InstallSource source, CancellationToken cancellationToken) => Task.FromResult(world.Installed == source.Version);

    public Task<CommandOutcome> RunOnceAsync(DeploymentContext context, OneOffCommand command, IProgress<string>? output, CancellationToken cancellationToken) => world.CallAsync("RunOnce", cancellationToken, () =>
    {
        Assert.Null(world.Running);
        return world.RunOnce(command);
    });

    public Task EndLeftCommandsAsync(DeploymentContext context, CancellationToken cancellationToken) => world.CallAsync("EndLeft", cancellationToken, () => true);

    public Task<DatabaseTarget> ReachAsync(DeploymentContext context, DatabaseTarget database, CancellationToken cancellationToken) => Task.FromResult(database);

    public async IAsyncEnumerable<AppDeployment> FindAsync(IReadOnlyList<AppSpec> specs, FindRequest request, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await Task.CompletedTask;
        yield break;
    }

    public Task<ReturnPoint> SwapAsync(DeploymentContext context, InstallSource source, string label, CancellationToken cancellationToken) => world.CallAsync("Swap", cancellationToken, () =>
    {
        Assert.Null(world.Running);
        if (world.KeptArtifacts.TryAdd("/kept/app-" + label, world.Installed)) world.Installed = source.Version;
        return new ReturnPoint { Kind = world.SwapKind, Location = "/kept/app-" + label, Data = new Dictionary<string, string> { ["restartPolicy"] = "always" } };
    });

    public Task UndoSwapAsync(DeploymentContext context, ReturnPoint point, CancellationToken cancellationToken) => world.CallAsync("UndoSwap", cancellationToken, () =>
    {
        Assert.Null(world.Running);
        world.Installed = world.KeptArtifacts[point.Location];
        return true;
    });

    public Task DropAsync(DeploymentContext context, ReturnPoint point, CancellationToken cancellationToken) =>
        world.CallAsync("DropArtifact", cancellationToken, () => world.KeptArtifacts.Remove(point.Location));

    public Task<IReadOnlyList<string>> ReadLogAsync(DeploymentContext context, int lines, DateTimeOffset? since, CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyList<string>>([]);

    public async Task<IAsyncDisposable> LockAsync(DeploymentContext context, string purpose, CancellationToken cancellationToken)
    {
        await world.CallAsync("Lock", cancellationToken, () =>
        {
            if (world.Locked) throw new UpgradeException("DeploymentLocked", UpgradeErrorCategory.ResourceBusy, context.Deployment.Name, "Somebody else is at it.");
            return world.Locked = true;
        });
        return new Lock(world);
    }

    private AppService Service(DeploymentContext context) => new()
    {
        Deployment = context.Deployment,
        Status = world.Running is null ? AppServiceStatus.Stopped : world.Restarting ? AppServiceStatus.Restarting : AppServiceStatus.Running,
        Version = world.Running,
        LogPath = "/var/log/app.log",
    };

    private sealed class Lock(FakeWorld world) : IAsyncDisposable
    {
        public ValueTask DisposeAsync()
        {
            world.Locked = false;
            return ValueTask.CompletedTask;
        }
    }
}
