using UpgradeModule.Engine.Databases;
using UpgradeModule.Engine.Deployments;
using UpgradeModule.Engine.Operations;

namespace UpgradeModule.Engine.Readiness;

/// <summary>What the checks of one deployment share: what several of them need is asked once.</summary>
internal sealed class ReadinessContext
{
    private readonly Lazy<Task<AppService>> _service;
    private readonly Lazy<Task<HealthReport>> _health;
    private readonly Lazy<Task<AppSettings>> _settings;
    private readonly Lazy<Task<DatabaseFacts>> _facts;
    private readonly Lazy<Task<IReadOnlyList<SourceCheck>>> _sources;

    /// <summary>Makes it; nothing is asked yet.</summary>
    /// <param name="services">The other rooms.</param>
    /// <param name="deployment">The deployment.</param>
    /// <param name="request">What for.</param>
    /// <param name="path">The path.</param>
    /// <param name="cancellationToken">Ends what is asked.</param>
    public ReadinessContext(ReadinessServices services, DeploymentContext deployment, ReadinessRequest request, UpgradePath path, CancellationToken cancellationToken)
    {
        Services = services;
        Deployment = deployment;
        Request = request;
        Path = path;
        _service = new(() => Host.GetServiceAsync(Deployment, cancellationToken));
        _health = new(() => Services.Prober.ProbeAsync(Deployment, null, deep: true, cancellationToken));
        _settings = new(() => Host.ReadSettingsAsync(Deployment, cancellationToken));
        _facts = new(() => InspectAsync(cancellationToken));
        _sources = new(() => StopSources.AskAsync(this, cancellationToken));
    }

    /// <summary>The other rooms.</summary>
    public ReadinessServices Services { get; }

    /// <summary>The deployment.</summary>
    public DeploymentContext Deployment { get; }

    /// <summary>What for.</summary>
    public ReadinessRequest Request { get; }

    /// <summary>The path.</summary>
    public UpgradePath Path { get; }

    /// <summary>What runs the deployment.</summary>
    public IAppHost Host => Services.Hosts(Deployment.Deployment.HostKind);

    /// <summary>The deployment's name.</summary>
    public string Name => Deployment.Deployment.Name;

    /// <summary>The database's place, where the application has one.</summary>
    public DatabaseTarget? Database => Deployment.Deployment.Database;

    /// <summary>The database's place as this machine reaches it, once <see cref="FactsAsync"/> has looked.</summary>
    public DatabaseTarget? Reached { get; private set; }

    /// <summary>The installed artifact's path, where the deployment has one.</summary>
    public string? ArtifactPath => Deployment.Deployment.Settings.ArtifactPath is { Length: > 0 } path ? System.IO.Path.GetFullPath(path) : null;

    /// <summary>The folder that the backup goes to.</summary>
    public string BackupFolder => new[] { Request.BackupDestination, Deployment.Deployment.BackupPath }.FirstOrDefault(path => !string.IsNullOrWhiteSpace(path)) ?? Services.UsualBackupFolder;

    /// <summary>The service as its host sees it.</summary>
    public Task<AppService> ServiceAsync() => _service.Value;

    /// <summary>What the application answers.</summary>
    public Task<HealthReport> HealthAsync() => _health.Value;

    /// <summary>The application's settings; they may hold secrets.</summary>
    public Task<AppSettings> SettingsAsync() => _settings.Value;

    /// <summary>Whether the version of each stop can be had, in the order of the stops.</summary>
    public Task<IReadOnlyList<SourceCheck>> SourcesAsync() => _sources.Value;

    /// <summary>What is known of the database.</summary>
    public Task<DatabaseFacts> FactsAsync() => _facts.Value;

    /// <summary>What is known of the database, for checks other than the one that tells why it can't be reached.</summary>
    /// <returns>The facts; <see langword="null"/> where there is no database or it can't be reached.</returns>
    public async Task<DatabaseFacts?> ReachableAsync()
    {
        if (Database is null) return null;
        try
        {
            var facts = await FactsAsync().ConfigureAwait(false);
            return facts.Exists ? facts : null;
        }
        catch (UpgradeException)
        {
            return null;
        }
    }

    private async Task<DatabaseFacts> InspectAsync(CancellationToken cancellationToken)
    {
        var database = await Services.OpenDatabase(Deployment, cancellationToken).ConfigureAwait(false);
        await using (database.ConfigureAwait(false))
        {
            Reached = database.Target;
            return await database.InspectAsync(cancellationToken).ConfigureAwait(false);
        }
    }
}
