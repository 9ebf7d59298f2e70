using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;

namespace UpgradeModule.Engine.Deployments.Processes;

/// <summary>Processes on Unix: started in a session of their own, beneath a shell that waits for the exit code.</summary>
internal sealed class UnixProcessSystem : IProcessSystem
{
    private const int Terminate = 15;
    private const int KillSignal = 9;
    private const int NoSuchProcess = 3;

    /// <summary>The environment variable that marks what belongs to a run of the service.</summary>
    private const string RunVariable = "UPGRADEMODULE_SERVICE_RUN";

    /// <summary>The supervisor's name on its own command line, by which it is told from the service.</summary>
    internal const string SupervisorName = "upgrademodule-supervisor";

    /// <summary>
    /// The inner shell notes what it is, and becomes the service; the outer one waits in the foreground, so that the service ignores no
    /// signal, and catches what is sent to the whole group, so that it lives to tell the exit code. The environment, with its secrets, is
    /// inherited and never written.
    /// </summary>
    private const string Supervisor = """
        dir=$1 token=$2 offset=$3 log=$4; shift 4
        exec 3>&1 </dev/null >>"$log" 2>&1 || exit 125
        trap : TERM HUP INT
        /bin/sh -c '
          { printf "token=%s\noffset=%s\nboot=" "$2" "$3"; cat /proc/sys/kernel/random/boot_id; printf "stat="; cat /proc/$$/stat; } >"$1/process.new" && mv -f "$1/process.new" "$1/process" || exit 125
          echo started >&3
          shift 3
          exec 3>&- "$@"' upgrademodule-supervisor "$dir" "$token" "$offset" "$@"
        code=$?
        printf 'token=%s\ncode=%s\n' "$token" "$code" >"$dir/exit.new" && mv -f "$dir/exit.new" "$dir/exit"
        """;

    /// <inheritdoc/>
    public async Task<TrackedProcess> LaunchAsync(LaunchPlan plan, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var session = new[] { "/usr/bin/setsid", "/bin/setsid" }.FirstOrDefault(File.Exists);
        var start = new ProcessStartInfo(session ?? "/usr/bin/nohup")
        {
            WorkingDirectory = plan.WorkingDirectory,
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        string[] arguments = ["/bin/sh", "-c", Supervisor, SupervisorName, plan.Folder.Path, plan.Token, plan.LogOffset.ToString(CultureInfo.InvariantCulture), plan.Log, plan.Command.Program, .. plan.Command.Arguments];
        foreach (var argument in arguments) start.ArgumentList.Add(argument);
        start.Environment.Clear();
        foreach (var (name, value) in plan.Environment) start.Environment[name] = value;
        start.Environment[RunVariable] = plan.Token;

        string? said;
        string complaint;
        try
        {
            using var process = System.Diagnostics.Process.Start(start)!;
            process.StandardInput.Close();

            // From here on the service may run: this is not given up half way, and takes milliseconds.
            said = await process.StandardOutput.ReadLineAsync(CancellationToken.None).ConfigureAwait(false);
            complaint = said is null ? await process.StandardError.ReadToEndAsync(CancellationToken.None).ConfigureAwait(false) : "";
        }
        catch (Win32Exception failure)
        {
            throw new UpgradeException("ServiceStartFailed", UpgradeErrorCategory.InvalidOperation, plan.Command.Program, $"'{plan.Command.Program}' could not be started: {failure.Message}", "Check the command and the working directory.", failure);
        }

        if (said is not null && TrackedProcess.Read(plan.Folder.ProcessFile) is { } tracked && tracked.Token == plan.Token) return tracked;
        throw new UpgradeException(
            "ServiceStartFailed",
            UpgradeErrorCategory.InvalidOperation,
            plan.Command.Program,
            $"'{plan.Command.Program}' could not be started: {(complaint.Trim().TrimEnd('.') is { Length: > 0 } text ? text : "the supervising shell ended")}.",
            $"Check that '{plan.Log}' and '{plan.Folder.Path}' can be written.");
    }

    /// <inheritdoc/>
    public bool IsAlive(TrackedProcess process) => Present(process) is { Alive: true };

    /// <inheritdoc/>
    public bool IsSupervised(TrackedProcess process) =>
        process.Supervisor > 1 && process.Boot == ProcessStat.Boot() && IsSupervisor(process.Supervisor);

    /// <inheritdoc/>
    public int? Remaining(TrackedProcess process) => IsAlive(process)
        ? process.ProcessId
        : Companions(process).OrderBy(static stat => long.Parse(stat.Start, CultureInfo.InvariantCulture)).FirstOrDefault()?.ProcessId;

    /// <inheritdoc/>
    public Task AskToStopAsync(TrackedProcess process, CancellationToken cancellationToken)
    {
        // The whole group, so that a start script takes its program along; the supervisor catches it.
        if (process.OwnSession && (IsSupervised(process) || IsAlive(process))) Signal(-process.Supervisor, Terminate);
        else if (IsAlive(process)) Signal(process.ProcessId, Terminate);
        else foreach (var companion in Companions(process)) Signal(companion.ProcessId, Terminate);
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public void Kill(TrackedProcess process)
    {
        // One by one and not the group, so that the supervisor lives to tell the exit code.
        if (IsAlive(process)) Signal(process.ProcessId, KillSignal);
        foreach (var companion in Companions(process)) Signal(companion.ProcessId, KillSignal);
    }

    /// <inheritdoc/>
    public TrackedProcess? Find(CommandLine command, IReadOnlyCollection<int> others)
    {
        if (!Directory.Exists("/proc/self")) return null;
        var matches = ProcessStat.All()
            .Where(stat => stat.Alive && stat.ProcessId != Environment.ProcessId && !others.Contains(stat.ProcessId) && UnixCommandMatch.Matches(stat.ProcessId, command))
            .ToDictionary(static stat => stat.ProcessId);

        // Of a service that forks, the one that the others come from.
        var first = matches.Values.Where(stat => !matches.ContainsKey(stat.Parent)).OrderBy(static stat => long.Parse(stat.Start, CultureInfo.InvariantCulture)).FirstOrDefault();
        return first is null ? null : new TrackedProcess { ProcessId = first.ProcessId, StartMark = first.Start, Boot = ProcessStat.Boot() };
    }

    /// <inheritdoc/>
    public DateTimeOffset? StartedOn(TrackedProcess process) => ProcessStat.StartedOn(process.StartMark);

    /// <inheritdoc/>
    public string? ListenerOn(int port) => UnixListeners.Name(port);

    private static ProcessStat? Present(TrackedProcess process) =>
        ProcessStat.Read(process.ProcessId) is { } stat && stat.Start == process.StartMark && (process.Boot.Length == 0 || process.Boot == ProcessStat.Boot()) ? stat : null;

    private static bool IsSupervisor(int processId) =>
        ProcessStat.Read(processId) is { Alive: true } && UnixCommandMatch.Arguments(processId).Contains(SupervisorName, StringComparer.Ordinal);

    private IEnumerable<ProcessStat> Companions(TrackedProcess process)
    {
        if (!process.OwnSession || process.Boot != ProcessStat.Boot()) return [];
        var members = ProcessStat.All().Where(stat => stat.Alive && stat.Session == process.Supervisor && stat.ProcessId != process.Supervisor && stat.ProcessId != process.ProcessId);

        // Without supervisor and service the session's number may have been given again: then only the mark in their environment tells.
        return IsSupervised(process) || IsAlive(process) ? members : members.Where(stat => UnixCommandMatch.HasVariable(stat.ProcessId, $"{RunVariable}={process.Token}"));
    }

    private static void Signal(int processId, int signal)
    {
        if (NativeMethods.Kill(processId, signal) == 0) return;
        var error = Marshal.GetLastPInvokeError();
        if (error == NoSuchProcess) return;
        throw new UpgradeException(
            "ServiceStopFailed",
            UpgradeErrorCategory.PermissionDenied,
            Math.Abs(processId),
            string.Create(CultureInfo.InvariantCulture, $"The process {Math.Abs(processId)} can't be stopped: {new Win32Exception(error).Message}"),
            "Run this as the user who started it, or as root.");
    }

    private static class NativeMethods
    {
        [DllImport("libc", EntryPoint = "kill", SetLastError = true)]
        internal static extern int Kill(int processId, int signal);
    }
}
