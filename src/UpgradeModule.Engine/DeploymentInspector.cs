using UpgradeModule.Engine.Apps;
using UpgradeModule.Engine.Deployments;
using UpgradeModule.Engine.Migrations;
using UpgradeModule.Engine.Operations;

namespace UpgradeModule.Engine;

/// <summary>Looks at a deployment from every side at once: its host, the application itself, its artifact, its database, the list of releases.</summary>
internal sealed class DeploymentInspector(DeploymentServices services)
{
    /// <summary>Looks at a deployment. What can't be found out in time is told in the sightings; nothing but cancelling is thrown.</summary>
    /// <param name="deployment">The deployment.</param>
    /// <param name="operation">Who is told, and who knows secrets.</param>
    /// <param name="limit">How long it may take.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    public async Task<AppDeployment> InspectAsync(AppDeployment deployment, IOperationContext operation, TimeSpan limit, CancellationToken cancellationToken)
    {
        using var time = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        time.CancelAfter(limit);
        var looking = new Looking(limit, time.Token, cancellationToken);
        var (spec, noSpec) = await looking.AskAsync(() => services.Definitions.GetAsync(deployment.DefinitionPath ?? deployment.App, time.Token)).ConfigureAwait(false);
        if (spec is null) return Unknown(deployment, noSpec);
        var context = new DeploymentContext { Deployment = deployment, Spec = spec, Operation = operation };
        var (host, noHost) = await looking.AskAsync(() => Task.FromResult(services.Hosts(deployment.HostKind))).ConfigureAwait(false);
        var latest = looking.AskAsync(() => LatestAsync(deployment, time.Token));
        var answer = looking.AskAsync(() => services.Prober.ProbeAsync(context, null, deep: false, time.Token));
        var service = Of(host, one => looking.AskAsync(() => one.GetServiceAsync(context, time.Token)), noHost);
        var installed = Of(host, one => looking.AskAsync(() => one.ReadInstalledVersionAsync(context, time.Token)), noHost);
        var migrations = Of(host, one => looking.AskAsync(() => MigrationsAsync(one, context, time.Token)), noHost);
        var database = Of(host, one => looking.AskAsync(() => DatabaseAsync(one, context, time.Token)), noHost);
        await Task.WhenAll(latest, answer, service, installed, migrations, database).ConfigureAwait(false);
        var seen = new Seen(spec, await answer.ConfigureAwait(false), await installed.ConfigureAwait(false), await migrations.ConfigureAwait(false));
        var (state, _) = await service.ConfigureAwait(false);
        return deployment with
        {
            Version = seen.Version ?? deployment.Version,
            Database = (await database.ConfigureAwait(false)).Value ?? deployment.Database,
            Latest = (await latest.ConfigureAwait(false)).Value,
            Versions = seen.Sightings,
            VersionsAgree = seen.Agree,
            Status = Status(state?.Status, seen.Health),
        };
    }

    private static AppDeployment Unknown(AppDeployment deployment, string? reason) =>
        deployment with { Latest = null, Status = AppServiceStatus.Unknown, Versions = [new VersionSighting { Source = "App", Detail = reason }], VersionsAgree = true };

    private static Task<(T? Value, string? Reason)> Of<T>(IAppHost? host, Func<IAppHost, Task<(T? Value, string? Reason)>> ask, string? reason)
        where T : class => host is null ? Task.FromResult<(T?, string?)>((null, reason)) : ask(host);

    // A host tells whether a process is there, the application whether it can be used.
    private static AppServiceStatus Status(AppServiceStatus? host, AppHealth? health) => (host, health) switch
    {
        (AppServiceStatus.Running, AppHealth.Starting or AppHealth.Migrating) => AppServiceStatus.Starting,
        (null or AppServiceStatus.Unknown, AppHealth.Healthy or AppHealth.Unhealthy) => AppServiceStatus.Running,
        (null or AppServiceStatus.Unknown, AppHealth.Starting or AppHealth.Migrating) => AppServiceStatus.Starting,
        _ => host ?? AppServiceStatus.Unknown,
    };

    private async Task<AppVersion?> LatestAsync(AppDeployment deployment, CancellationToken cancellationToken)
    {
        var releases = await services.Definitions.ReleasesAsync(deployment.DefinitionPath ?? deployment.App, deployment.Edition.Length > 0 ? deployment.Edition : null, cancellationToken).ConfigureAwait(false);
        return releases.FirstOrDefault(release => release is { Status: ReleaseStatus.Available, PreRelease: false })?.Version;
    }

    // Settings change behind the store's back: what backups and upgrades will use is what they say now.
    private async Task<DatabaseTarget?> DatabaseAsync(IAppHost host, DeploymentContext context, CancellationToken cancellationToken)
    {
        if (context.Deployment.Database is not { FromSettings: true } stored) return context.Deployment.Database;
        var settings = await host.ReadSettingsAsync(context, cancellationToken).ConfigureAwait(false);
        return services.Databases.Locate(context, settings) ?? stored;
    }

    private async Task<MigrationState?> MigrationsAsync(IAppHost host, DeploymentContext context, CancellationToken cancellationToken)
    {
        if (context.Spec.Migrations is not { } migrations) return null;
        var settings = await host.ReadSettingsAsync(context, cancellationToken).ConfigureAwait(false);
        var database = await services.Databases.OpenAsync(context, settings, cancellationToken).ConfigureAwait(false);
        await using (database.ConfigureAwait(false)) return await services.Migrations.ReadAsync(migrations, database, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>What the application, its artifact and its database said.</summary>
    private sealed class Seen
    {
        private readonly VersionScheme _scheme;
        private readonly MigrationState? _migrations;
        private readonly bool _migratesOnStart;

        public Seen(AppSpec spec, (HealthReport? Value, string? Reason) answer, (AppVersion? Value, string? Reason) installed, (MigrationState? Value, string? Reason) migrations)
        {
            _scheme = VersionScheme.Of(spec);
            _migrations = migrations.Value;
            _migratesOnStart = spec.Migrations is { UpCommand.Count: 0 };
            Health = answer.Value?.Health;
            App = answer.Value?.Version;
            Artifact = installed.Value;
            Sightings =
            [
                new VersionSighting { Source = "App", Version = App, Detail = App is null ? answer.Reason ?? answer.Value?.Detail ?? "it doesn't tell" : null },
                new VersionSighting { Source = "Artifact", Version = Artifact, Detail = Artifact is null ? installed.Reason ?? "it doesn't tell" : null },
            ];
            if (spec.Migrations is not null) Sightings = [.. Sightings, new VersionSighting { Source = "Database", Detail = Tell(migrations.Value, migrations.Reason) }];
        }

        public AppHealth? Health { get; }

        public IReadOnlyList<VersionSighting> Sightings { get; }

        public AppVersion? Version => App ?? Artifact;

        public bool Agree =>
            (App is null || Artifact is null || (_scheme.Compare(App, Artifact) == 0 && _scheme.EditionOf(App) == _scheme.EditionOf(Artifact))) &&
            (Version is null || _migrations?.Major is not { } major || _scheme.Major(Version) == major || (BringsNone && major < _scheme.Major(Version)));

        // A major that brings no migration leaves the database at an older one. An application that migrates on start and says that it is healthy
        // has done so; one that is migrated by a command may be healthy without.
        private bool BringsNone => App is not null && Health == AppHealth.Healthy && _migratesOnStart;

        private AppVersion? App { get; }

        private AppVersion? Artifact { get; }

        private static string Tell(MigrationState? state, string? reason)
        {
            if (state is null) return reason ?? "it doesn't tell";
            if (state.Count == 0) return "it has no migrations";
            var locked = state.Locked ? ", migration lock held" : "";
            return state.Major is { } major ? FormattableString.Invariant($"major {major}{locked}") : FormattableString.Invariant($"{state.Count} migrations, last {state.Last}{locked}");
        }
    }

    /// <summary>Asks questions that may fail or take too long.</summary>
    private sealed class Looking(TimeSpan limit, CancellationToken time, CancellationToken cancellationToken)
    {
        // Each on its own thread and given up at the limit, so that a file server that hangs holds nobody up.
        public async Task<(T? Value, string? Reason)> AskAsync<T>(Func<Task<T>> ask)
        {
            try
            {
                return (await Task.Run(ask, time).WaitAsync(time).ConfigureAwait(false), null);
            }
            catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
            {
                return (default, FormattableString.Invariant($"no answer within {limit.TotalSeconds:0.#} s"));
            }
            catch (Exception failure) when (failure is not OperationCanceledException)
            {
                return (default, failure.Message);
            }
        }
    }
}
