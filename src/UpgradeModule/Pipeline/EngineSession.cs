using System.Management.Automation;
using UpgradeModule.Engine;
using UpgradeModule.Engine.Apps;
using UpgradeModule.Engine.Operations;

namespace UpgradeModule.Pipeline;

/// <summary>The engine as one cmdlet uses it: opened at the first need, once for all inputs, with the definitions that were loaded.</summary>
/// <param name="storePath">The store's file; the default one where <see langword="null"/>.</param>
internal sealed class EngineSession(string? storePath) : IAsyncDisposable
{
    private readonly Dictionary<string, AppSpec> _specs = new(StringComparer.OrdinalIgnoreCase);
    private UpgradeEngine? _engine;

    /// <summary>The engine.</summary>
    public UpgradeEngine Engine => _engine ??= EngineHost.Open(storePath);

    /// <summary>The plans that were made for earlier inputs, by all that they depend on.</summary>
    public Dictionary<PlanKey, UpgradePath> Plans { get; } = [];

    /// <summary>Gets a definition that was loaded for an earlier input.</summary>
    /// <param name="app">The application's name or its definition's path.</param>
    public AppSpec? Loaded(string app) => _specs.GetValueOrDefault(app);

    /// <summary>Loads a definition, once.</summary>
    /// <param name="app">The application's name or its definition's path.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    public async Task<AppSpec> SpecAsync(string app, CancellationToken cancellationToken)
    {
        if (_specs.TryGetValue(app, out var known)) return known;
        var spec = await Engine.Definitions.GetAsync(app, cancellationToken).ConfigureAwait(false);
        return _specs[app] = spec;
    }

    /// <summary>Makes a deployment ready to be acted on.</summary>
    /// <param name="deployment">The deployment.</param>
    /// <param name="operation">Who is told and asked.</param>
    /// <param name="credential">The log-in for its database, where one was given.</param>
    /// <param name="maintenance">A log-in that may create databases, where one was given.</param>
    /// <param name="registry">The log-in of a registry, where one was given.</param>
    public async Task<DeploymentContext> OpenAsync(AppDeployment deployment, PipelineOperation operation, PSCredential? credential = null, PSCredential? maintenance = null, PSCredential? registry = null) =>
        await Engine.Deployments.OpenAsync(deployment, operation, Credential(credential), Credential(maintenance), operation.Token).ConfigureAwait(false) with { RegistryCredential = Registry(registry) };

    /// <summary>Looks at one deployment afresh.</summary>
    /// <param name="deployment">The deployment.</param>
    /// <param name="operation">Who is told and asked.</param>
    public async Task<AppDeployment> InspectAsync(AppDeployment deployment, PipelineOperation operation)
    {
        await foreach (var seen in Engine.Deployments.InspectAsync([deployment], operation, Limits.Probe, operation.Token).ConfigureAwait(false)) return seen;
        return deployment;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_engine is null) return;
        var engine = _engine;
        _engine = null;
        await engine.DisposeAsync().ConfigureAwait(false);
    }

    /// <summary>Makes the log-in of a registry of a credential.</summary>
    /// <param name="given">The credential.</param>
    public static RegistryCredential? Registry(PSCredential? given) =>
        given is null || given == PSCredential.Empty ? null : new RegistryCredential(given.UserName, given.GetNetworkCredential().Password);

    private static DatabaseCredential? Credential(PSCredential? given) =>
        given is null || given == PSCredential.Empty ? null : new DatabaseCredential(given.GetNetworkCredential().UserName, given.GetNetworkCredential().Password);
}
