using UpgradeModule.Engine.Deployments.Files;
using System.Net.NetworkInformation;
using UpgradeModule.Engine.Operations;

namespace UpgradeModule.Engine.Deployments.Processes;

/// <summary>Starts the service: one starter at a time, on a free port, and only what lives a moment later has been started.</summary>
internal sealed class ProcessStarter(IProcessSystem system, ProcessTracker tracker)
{
    private const int ShownLines = 15;
    private static readonly TimeSpan Moment = TimeSpan.FromMilliseconds(150);
    private static readonly TimeSpan OtherStarter = TimeSpan.FromSeconds(10);

    /// <summary>Starts it. Does nothing where another starter was faster.</summary>
    /// <param name="context">The deployment.</param>
    /// <param name="command">The command.</param>
    /// <param name="folder">Where it is tracked.</param>
    /// <param name="settings">Its settings from files and references.</param>
    /// <param name="redactor">Takes secrets out of log lines.</param>
    /// <param name="log">The file for its output.</param>
    /// <param name="cancellationToken">Ends the work before the start.</param>
    public async Task StartAsync(DeploymentContext context, CommandLine command, DeploymentFolder folder, AppSettings settings, SecretRedactor redactor, string log, CancellationToken cancellationToken)
    {
        var directory = CommandLine.WorkingDirectory(context);
        if (!Directory.Exists(directory)) throw StartFailed(context, $"its working directory '{directory}' does not exist.", "Check the deployment's working directory.");
        folder.Create();
        var starting = await OneAtATimeAsync(context, folder, cancellationToken).ConfigureAwait(false);
        await using (starting.ConfigureAwait(false))
        {
            if (tracker.Running(context) is not null) return;
            if (context.Cloned is not { OwnNetwork: true }) DemandFreePort(context, settings);
            File.Delete(folder.ExitFile);
            File.Delete(folder.StopFile);
            File.Delete(folder.ReleasedFile);
            var plan = new LaunchPlan
            {
                Command = command.LaunchedBy(context.Cloned?.Launcher ?? []),
                WorkingDirectory = directory,
                Environment = ProcessEnvironment.Whole(settings),
                Log = log,
                LogOffset = PrepareLog(context, log),
                Folder = folder,
                Token = Guid.NewGuid().ToString("N"),
            };
            var process = await system.LaunchAsync(plan, cancellationToken).ConfigureAwait(false);
            await DemandLifeAsync(context, folder, process, redactor, log, cancellationToken).ConfigureAwait(false);
        }
    }

    private static async Task<FileStream> OneAtATimeAsync(DeploymentContext context, DeploymentFolder folder, CancellationToken cancellationToken)
    {
        var until = DateTimeOffset.UtcNow + OtherStarter;
        while (true)
        {
            try
            {
                return new FileStream(folder.StartLockFile, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            }
            catch (UnauthorizedAccessException failure)
            {
                throw folder.Denied(failure);
            }
            catch (IOException failure)
            {
                if (DateTimeOffset.UtcNow > until) throw StartFailed(context, $"another process has been starting it for {OtherStarter.TotalSeconds:0} seconds.", "Try again.", failure);
            }

            await Task.Delay(50, cancellationToken).ConfigureAwait(false);
        }
    }

    private static long PrepareLog(DeploymentContext context, string log)
    {
        try
        {
            if (Path.GetDirectoryName(log) is { Length: > 0 } folder) Directory.CreateDirectory(folder);
            var file = new FileInfo(log);
            return file.Exists ? file.Length : 0;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw StartFailed(context, $"its log '{log}' can't be written: {failure.Message}", "Check the deployment's log path.", failure);
        }
    }

    private void DemandFreePort(DeploymentContext context, AppSettings settings)
    {
        if (Port(context, settings) is not { } port || IPGlobalProperties.GetIPGlobalProperties().GetActiveTcpListeners().All(endpoint => endpoint.Port != port)) return;
        var who = system.ListenerOn(port);
        throw new UpgradeException(
            "PortTaken",
            UpgradeErrorCategory.ResourceBusy,
            port,
            $"'{context.Deployment.Name}' can't be started: {(who is null ? "another process" : $"the process {who}")} listens on its port {port.ToString(System.Globalization.CultureInfo.InvariantCulture)}.",
            "Stop that process, or give the application another port.");
    }

    private static int? Port(DeploymentContext context, AppSettings settings)
    {
        var spec = context.Spec.Settings;
        if (spec.Port is not null || spec.DefaultPort is not null)
        {
            return int.TryParse(settings.Get(spec.Port), System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out var given) ? given : spec.DefaultPort;
        }

        // The address may be that of a proxy in front, which listens rightly; only one that can't be one is taken for the application's own.
        return Uri.TryCreate(context.Deployment.Url, UriKind.Absolute, out var url) && url.IsLoopback && !url.IsDefaultPort ? url.Port : null;
    }

    private async Task DemandLifeAsync(DeploymentContext context, DeploymentFolder folder, TrackedProcess process, SecretRedactor redactor, string log, CancellationToken cancellationToken)
    {
        var until = DateTimeOffset.UtcNow + Moment;
        while (system.Remaining(process) is not null)
        {
            if (DateTimeOffset.UtcNow > until) return;
            await Task.Delay(15, cancellationToken).ConfigureAwait(false);
        }

        var code = await tracker.ExitCodeAsync(folder, process, CancellationToken.None).ConfigureAwait(false);
        var lines = await LogTail.ReadAsync(log, ShownLines, process.LogOffset, CancellationToken.None).ConfigureAwait(false);
        var meaning = new LogMeanings(context.Spec.Logs).Failure(lines.Select(redactor.Redact));
        var last = lines.Count == 0 ? "It wrote nothing." : $"Its last lines:{Environment.NewLine}{string.Join(Environment.NewLine, lines.Select(redactor.Redact))}{Environment.NewLine}";
        var why = meaning?.Message is { } message ? message + " " : "";
        throw StartFailed(context, $"it ended at once{(code is { } known ? $" with exit code {known.ToString(System.Globalization.CultureInfo.InvariantCulture)}" : "")}. {why}{last}", meaning?.Remedy ?? $"See '{log}'.");
    }

    private static UpgradeException StartFailed(DeploymentContext context, string reason, string remedy, Exception? inner = null) =>
        new("ServiceStartFailed", UpgradeErrorCategory.InvalidOperation, context.Deployment.Name, $"'{context.Deployment.Name}' could not be started: {reason}", remedy, inner);
}
