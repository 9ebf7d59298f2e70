using System.Globalization;
using System.Runtime.CompilerServices;
using UpgradeModule.Engine.Apps;
using UpgradeModule.Engine.Artifacts;
using UpgradeModule.Engine.Operations;

namespace UpgradeModule.Engine.Deployments.Systemd;

/// <summary>Finds services whose command names the artifact of a known application.</summary>
internal sealed class UnitFinder(UnitReader reader, Units units, IArtifactFetcher artifacts)
{
    /// <summary>Finds them.</summary>
    /// <param name="specs">The applications.</param>
    /// <param name="request">Who is told of what can't be looked at.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    public async IAsyncEnumerable<AppDeployment> FindAsync(IReadOnlyList<AppSpec> specs, FindRequest request, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var wanted = specs.Where(static spec => spec.Artifact is { FileName.Length: > 0 }).ToList();
        if (wanted.Count == 0) yield break;
        IReadOnlyList<string> services;
        try
        {
            services = await reader.ServicesAsync([.. wanted.Select(static spec => spec.Artifact!.FileName)], cancellationToken).ConfigureAwait(false);
        }
        catch (UpgradeException failure)
        {
            request.Operation.Verbose(failure.Message);
            yield break;
        }

        foreach (var service in services)
        {
            if (await LookAsync(service, wanted, request, cancellationToken).ConfigureAwait(false) is { } found) yield return found;
        }
    }

    private static string Name(string service)
    {
        var text = service[..service.LastIndexOf('.')];
        var name = string.Concat(text.Select(static c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.' ? c : '-')).TrimStart('-', '_', '.').TrimEnd('.');
        return name.Length > 64 ? name[..64] : name;
    }

    private static string? Url(AppSpec spec, AppSettings settings)
    {
        var port = int.TryParse(settings.Get(spec.Settings.Port), NumberStyles.None, CultureInfo.InvariantCulture, out var given) ? given : spec.Settings.DefaultPort;
        return port is > 0 and <= 65535 ? string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{port}") : null;
    }

    private static string Edition(AppSpec spec, AppVersion? version, AppSettings settings)
    {
        var scheme = VersionScheme.Of(spec);
        if (version is not null && scheme.EditionOf(version) is { } told) return told;
        return spec.Editions.FirstOrDefault(one => one.Settings.Count > 0 && one.Settings.All(pair => settings.Get(pair.Key) == pair.Value))?.Id ?? scheme.DefaultEdition;
    }

    private async Task<AppDeployment?> LookAsync(string service, IReadOnlyList<AppSpec> specs, FindRequest request, CancellationToken cancellationToken)
    {
        try
        {
            var bare = new AppDeployment { Name = Name(service), HostKind = AppHostKind.Systemd, Settings = new AppHostSettings { Unit = service } };
            var context = new DeploymentContext { Deployment = bare, Operation = request.Operation };
            var unit = await units.OpenAsync(context, cancellationToken).ConfigureAwait(false);
            if (unit.Definition.Command is not { } command) return null;
            var spec = specs.FirstOrDefault(one => UnitArtifact.Named(command, one.Artifact!, unit.WorkingDirectory) is { } path && File.Exists(path));
            if (spec is null) return null;
            unit = await units.OpenAsync(context with { Spec = spec, Deployment = bare with { App = spec.Name } }, cancellationToken).ConfigureAwait(false);
            return await DescribeAsync(unit, request, cancellationToken).ConfigureAwait(false);
        }
        catch (UpgradeException failure)
        {
            request.Operation.Verbose($"The unit '{service}' could not be looked at: {failure.Message}");
            return null;
        }
    }

    private async Task<AppDeployment> DescribeAsync(Unit unit, FindRequest request, CancellationToken cancellationToken)
    {
        var spec = unit.Context.Spec;
        AppSettings settings;
        try
        {
            settings = await UnitSettings.ReadAsync(unit, lenient: true, cancellationToken).ConfigureAwait(false);
        }
        catch (UpgradeException failure)
        {
            request.Operation.Warning($"The settings of the unit '{unit.Id}' can't be read, so its address is the usual one: {failure.Message}");
            settings = new AppSettings();
        }

        var host = unit.Context.Deployment.Settings;
        var version = await artifacts.ReadVersionAsync(spec, host.ArtifactPath!, cancellationToken).ConfigureAwait(false);
        return unit.Context.Deployment with
        {
            App = spec.Name,
            Edition = Edition(spec, version, settings),
            Version = version,
            Status = SystemdHost.Status(unit.Context, unit.State),
            Url = Url(spec, settings),

            // Without the unit's environment files: they are read from the unit each time, and one that is stored would stay when the unit names another.
            Settings = host,
        };
    }
}
