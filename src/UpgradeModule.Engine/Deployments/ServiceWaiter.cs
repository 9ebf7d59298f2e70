using System.Diagnostics;
using System.Globalization;
using UpgradeModule.Engine.Operations;

namespace UpgradeModule.Engine.Deployments;

/// <summary>Waits for a service: asks often at first, tells what it sees, and gives up only when nothing moves any more.</summary>
/// <param name="hosts">The host kinds.</param>
/// <param name="prober">Asks the application.</param>
internal sealed class ServiceWaiter(AppHosts hosts, IHealthProber prober) : IServiceWaiter
{
    private const int ShownLines = 15;
    private static readonly TimeSpan SecondLook = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan LogInterval = TimeSpan.FromMilliseconds(400);
    private static readonly TimeSpan ProgressInterval = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan OtherVersionPatience = TimeSpan.FromSeconds(60);

    /// <inheritdoc/>
    public async Task<AppService> WaitAsync(DeploymentContext context, WaitRequest request, CancellationToken cancellationToken)
    {
        var activity = $"Waiting for {context.Deployment.Name}";
        try
        {
            return await new Wait(hosts.For(context.Deployment.HostKind), prober, context, request, activity).RunAsync(cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            context.Operation.Progress(new OperationProgress { Activity = activity, Status = "Done", Completed = true });
        }
    }

    private sealed class Wait(IAppHost host, IHealthProber prober, DeploymentContext context, WaitRequest request, string activity)
    {
        private readonly LogWatch _log = new(host, context);
        private readonly Stopwatch _waited = Stopwatch.StartNew();
        private readonly Stopwatch _still = Stopwatch.StartNew();
        private readonly TimeSpan _timeout = request.Timeout ?? TimeSpan.FromMinutes(context.Spec.Health.TimeoutMinutes);
        private readonly string _name = context.Deployment.Name;
        private TimeSpan _nextLog = TimeSpan.Zero;
        private TimeSpan _nextProgress = TimeSpan.Zero;
        private TimeSpan? _otherVersionSince;
        private string? _progressText;
        private string? _last;
        private int? _restarts;

        public async Task<AppService> RunAsync(CancellationToken cancellationToken)
        {
            var healthy = 0;
            while (true)
            {
                cancellationToken.ThrowIfCancellationRequested();
                var service = await host.GetServiceAsync(context, cancellationToken).ConfigureAwait(false);
                _restarts ??= service.Restarts;

                // What a crash loop said last is what the run before this one wrote.
                _log.Since = request.LogSince ?? (HasEnded(service) && _log.Since != default ? _log.Since : service.StartedOn ?? _log.Since);
                if (HasEnded(service)) throw await CrashedAsync(service, cancellationToken).ConfigureAwait(false);
                var report = await prober.ProbeAsync(context, request.Expected, deep: true, cancellationToken).ConfigureAwait(false);
                await LookAtLogAsync(service, cancellationToken).ConfigureAwait(false);
                var (ready, why) = await IsReadyAsync(service, report, cancellationToken).ConfigureAwait(false);
                if (ready && ++healthy >= 2)
                {
                    // What is healthy on the wrong data tells so in its log alone.
                    _nextLog = TimeSpan.Zero;
                    await LookAtLogAsync(service, cancellationToken).ConfigureAwait(false);
                    return Healthy(service, report);
                }

                if (!ready) healthy = 0;

                await TellAsync(service, report, why, cancellationToken).ConfigureAwait(false);
                DemandVersion(report);
                if (_still.Elapsed > _timeout) throw await TimedOutAsync(report, why, cancellationToken).ConfigureAwait(false);
                await Task.Delay(ready ? SecondLook : Pause(), cancellationToken).ConfigureAwait(false);
            }
        }

        // In a crash loop a look can find it running: then its host's count tells.
        private bool HasEnded(AppService service) =>
            service.Status is AppServiceStatus.Stopped or AppServiceStatus.Crashed or AppServiceStatus.Restarting || service.Restarts > _restarts;

        private static AppService Healthy(AppService service, HealthReport report) => service with
        {
            Health = report.Health == AppHealth.Unknown ? AppHealth.Unknown : AppHealth.Healthy,
            HealthDetail = report.Detail,
            Version = report.Version,
        };

        private async Task<(bool Ready, string? Why)> IsReadyAsync(AppService service, HealthReport report, CancellationToken cancellationToken)
        {
            if (report.Health == AppHealth.Unknown)
            {
                // Nothing to ask: then the log tells, and where the definition knows no line that does, that it still runs after a while.
                var told = context.Spec.Logs.Any(static line => line.Meaning == "ready") ? _log.Ready : _waited.Elapsed > TimeSpan.FromSeconds(2);
                if (!told) return (false, report.Detail);
            }
            else if (report.Health != AppHealth.Healthy)
            {
                return (false, report.Detail);
            }

            if (service.Status == AppServiceStatus.Unknown && report.Health == AppHealth.Unknown) return (false, "It is not known whether it runs.");
            var gate = request.Gate is null ? null : await request.Gate(cancellationToken).ConfigureAwait(false);
            return (gate is null, gate);
        }

        private async Task LookAtLogAsync(AppService service, CancellationToken cancellationToken)
        {
            if (_waited.Elapsed < _nextLog) return;
            _nextLog = _waited.Elapsed + LogInterval;
            await _log.ReadAsync(cancellationToken).ConfigureAwait(false);
            if (_log.Failure is null) return;

            // What logs its failure mostly ends a moment later: its exit code is worth the wait.
            for (var i = 0; i < 20; i++)
            {
                service = await host.GetServiceAsync(context, cancellationToken).ConfigureAwait(false);
                if (HasEnded(service)) throw await CrashedAsync(service, cancellationToken).ConfigureAwait(false);
                await Task.Delay(50, cancellationToken).ConfigureAwait(false);
            }

            await _log.ReadAsync(cancellationToken).ConfigureAwait(false);
            var failure = _log.Failure.Value;
            throw Failure("ServiceUnhealthy", UpgradeErrorCategory.InvalidOperation, $"'{_name}' logs that it failed: {failure.Spec.Message ?? "see the line."} The line: {failure.Line}", failure.Spec.Remedy ?? "See its log.");
        }

        private async Task TellAsync(AppService service, HealthReport report, string? why, CancellationToken cancellationToken)
        {
            if (request.Progress is not null && _waited.Elapsed >= _nextProgress)
            {
                _nextProgress = _waited.Elapsed + ProgressInterval;
                _progressText = await request.Progress(cancellationToken).ConfigureAwait(false);
            }

            // What answers, and answers badly, may log the same failure for every probe: then only lines of another shape are a sign of anything.
            var logged = report.Health is AppHealth.Healthy or AppHealth.Unhealthy ? _log.Novel : _log.Grown;
            var present = string.Create(CultureInfo.InvariantCulture, $"{service.ProcessId}|{service.ContainerId}|{report.Health}|{report.Detail}|{report.Progress}|{why}|{_progressText}|{logged}");
            if (present == _last) return;
            _last = present;
            _still.Restart();
            var status = string.Join("; ", new[] { why ?? report.Detail ?? report.Health.ToString(), _progressText, _log.Progress }.Where(static text => !string.IsNullOrEmpty(text)));
            context.Operation.Progress(new OperationProgress { Activity = activity, Status = status, Percent = report.Progress * 100 });
            context.Operation.Verbose($"{_name}: {report.Health}: {status}");
        }

        private void DemandVersion(HealthReport report)
        {
            if (request.Expected is null || report.Version is null || report.Version == request.Expected)
            {
                _otherVersionSince = null;
                return;
            }

            // The predecessor may answer for a moment yet; what answers for a minute is what is installed.
            _otherVersionSince ??= _waited.Elapsed;
            var patience = _timeout < OtherVersionPatience ? _timeout : OtherVersionPatience;
            if (_waited.Elapsed - _otherVersionSince < patience) return;
            throw Failure("ServiceUnhealthy", UpgradeErrorCategory.InvalidOperation, $"'{_name}' answers as version {report.Version}, and {request.Expected} is expected.", "Check that its address is right and that no other instance answers there.");
        }

        private async Task<UpgradeException> TimedOutAsync(HealthReport report, string? why, CancellationToken cancellationToken)
        {
            var lines = await _log.LastAsync(ShownLines, cancellationToken).ConfigureAwait(false);
            return Failure(
                "ServiceTimeout",
                UpgradeErrorCategory.OperationTimeout,
                string.Create(CultureInfo.InvariantCulture, $"'{_name}' is not healthy, and nothing has moved for {_timeout.TotalSeconds:0.#} seconds. Its last answer: {report.Health}, {why ?? report.Detail}."),
                "It still runs. Look at its log; give it longer with -Timeout.",
                lines);
        }

        private async Task<UpgradeException> CrashedAsync(AppService service, CancellationToken cancellationToken)
        {
            await _log.ReadAsync(cancellationToken).ConfigureAwait(false);
            var lines = await _log.LastAsync(ShownLines, cancellationToken).ConfigureAwait(false);
            var code = service.ExitCode is { } known ? string.Create(CultureInfo.InvariantCulture, $" with exit code {known}") : "";
            var meaning = _log.Failure?.Spec is { Message: { } message } ? $" {message}" : "";
            if (service.Status is AppServiceStatus.Stopped or AppServiceStatus.Crashed) return Failure("ServiceCrashed", UpgradeErrorCategory.InvalidOperation, $"'{_name}' does not run: it ended{code}.{meaning}", _log.Failure?.Spec.Remedy ?? (lines == LogWatch.EmptyLog ? "Start it by Start-AppService: what starts it may tell why it doesn't run." : "See its log."), lines);
            var times = service.Restarts is > 1 and var count ? string.Create(CultureInfo.InvariantCulture, $", {count} times by now") : "";
            return Failure("ServiceCrashed", UpgradeErrorCategory.InvalidOperation, $"'{_name}' is in a crash loop: it ended{code}, and its host starts it again and again{times}.{meaning}", _log.Failure?.Spec.Remedy ?? "See its log; Stop-AppService ends the loop.", lines);
        }

        private UpgradeException Failure(string id, UpgradeErrorCategory category, string message, string remedy, string? detail = null) =>
            new(id, category, _name, message, remedy) { Detail = detail };

        private TimeSpan Pause() => _waited.Elapsed.TotalSeconds switch
        {
            < 5 => TimeSpan.FromMilliseconds(50),
            < 30 => TimeSpan.FromMilliseconds(200),
            < 120 => TimeSpan.FromMilliseconds(500),
            _ => TimeSpan.FromSeconds(1),
        };
    }
}
