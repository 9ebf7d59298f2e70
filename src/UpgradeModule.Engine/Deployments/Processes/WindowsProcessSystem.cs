using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using System.Runtime.Versioning;
using System.Text;
using UpgradeModule.Engine.Operations;

namespace UpgradeModule.Engine.Deployments.Processes;

/// <summary>
/// Processes on Windows: each with a hidden console of its own, so that Ctrl+C elsewhere doesn't reach it. There is no supervisor there: an exit
/// code is not known afterwards, and what ended without having been asked to counts as a crash.
/// </summary>
[SupportedOSPlatform("windows")]
internal sealed class WindowsProcessSystem : IProcessSystem
{
    /// <summary>
    /// Sends Ctrl+C to another console from a helper of its own: to do so a process must leave its own console, which a PowerShell session can't.
    /// </summary>
    private const string SendCtrlC = """
        $api = Add-Type -Name Api -Namespace UpgradeModuleStop -PassThru -MemberDefinition '
          [DllImport("kernel32.dll")] public static extern bool FreeConsole();
          [DllImport("kernel32.dll")] public static extern bool AttachConsole(uint id);
          [DllImport("kernel32.dll")] public static extern bool SetConsoleCtrlHandler(System.IntPtr handler, bool add);
          [DllImport("kernel32.dll")] public static extern bool GenerateConsoleCtrlEvent(uint e, uint group);'
        [void]$api::FreeConsole()
        if (-not $api::AttachConsole({0})) { exit 1 }
        [void]$api::SetConsoleCtrlHandler([IntPtr]::Zero, $true)
        [void]$api::GenerateConsoleCtrlEvent(0, 0)
        Start-Sleep -Milliseconds 200
        """;

    /// <inheritdoc/>
    public async Task<TrackedProcess> LaunchAsync(LaunchPlan plan, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        int id;
        try
        {
            id = WindowsLauncher.Start(plan);
        }
        catch (Exception failure) when (failure is Win32Exception or IOException or UnauthorizedAccessException)
        {
            throw new UpgradeException("ServiceStartFailed", UpgradeErrorCategory.InvalidOperation, plan.Command.Program, $"'{plan.Command.Program}' could not be started: {failure.Message}", "Check the command, the working directory and the log's folder.", failure);
        }

        var tracked = new TrackedProcess { Token = plan.Token, ProcessId = id, StartMark = Mark(id) ?? "", LogOffset = plan.LogOffset };
        var text = string.Create(CultureInfo.InvariantCulture, $"token={plan.Token}\noffset={plan.LogOffset}\npid={id}\nstart={tracked.StartMark}\n");
        await PrivateFiles.WriteAsync(plan.Folder.ProcessFile, Encoding.UTF8.GetBytes(text), CancellationToken.None).ConfigureAwait(false);
        return tracked;
    }

    /// <inheritdoc/>
    public bool IsAlive(TrackedProcess process) => process.StartMark.Length > 0 && Mark(process.ProcessId) == process.StartMark;

    /// <inheritdoc/>
    public bool IsSupervised(TrackedProcess process) => false;

    /// <inheritdoc/>
    public int? Remaining(TrackedProcess process) => IsAlive(process) ? process.ProcessId : null;

    /// <inheritdoc/>
    public async Task AskToStopAsync(TrackedProcess process, CancellationToken cancellationToken)
    {
        if (!IsAlive(process)) return;
        using (var service = System.Diagnostics.Process.GetProcessById(process.ProcessId))
        {
            if (service.CloseMainWindow()) return;
        }

        var script = Convert.ToBase64String(Encoding.Unicode.GetBytes(SendCtrlC.Replace("{0}", process.ProcessId.ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal)));
        var shell = Path.Combine(Environment.SystemDirectory, "WindowsPowerShell", "v1.0", "powershell.exe");
        using var helper = System.Diagnostics.Process.Start(new ProcessStartInfo(shell, "-NoProfile -NonInteractive -EncodedCommand " + script) { UseShellExecute = false, CreateNoWindow = true });
        if (helper is not null) await helper.WaitForExitAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public void Kill(TrackedProcess process)
    {
        if (!IsAlive(process)) return;
        try
        {
            using var service = System.Diagnostics.Process.GetProcessById(process.ProcessId);
            service.Kill(entireProcessTree: true);
        }
        catch (Win32Exception failure)
        {
            throw new UpgradeException("ServiceStopFailed", UpgradeErrorCategory.PermissionDenied, process.ProcessId, string.Create(CultureInfo.InvariantCulture, $"The process {process.ProcessId} can't be stopped: {failure.Message}"), "Run this as the user who started it, or as administrator.", failure);
        }
        catch (Exception failure) when (failure is InvalidOperationException or ArgumentException)
        {
            // It ended meanwhile.
        }
    }

    /// <inheritdoc/>
    public TrackedProcess? Find(CommandLine command, IReadOnlyCollection<int> others)
    {
        // Another process's arguments aren't told without WMI, so only a program that is the artifact itself is found.
        if (command.Artifact is null || !command.Program.Equals(command.Artifact, StringComparison.OrdinalIgnoreCase)) return null;
        foreach (var process in System.Diagnostics.Process.GetProcessesByName(Path.GetFileNameWithoutExtension(command.Program)))
        {
            using (process)
            {
                if (others.Contains(process.Id) || process.Id == Environment.ProcessId) continue;
                try
                {
                    if (command.Program.Equals(process.MainModule?.FileName, StringComparison.OrdinalIgnoreCase) && Mark(process.Id) is { } mark) return new TrackedProcess { ProcessId = process.Id, StartMark = mark };
                }
                catch (Exception failure) when (failure is Win32Exception or InvalidOperationException)
                {
                    // Another user's process, or one that has just ended.
                }
            }
        }

        return null;
    }

    /// <inheritdoc/>
    public DateTimeOffset? StartedOn(TrackedProcess process) =>
        long.TryParse(process.StartMark, NumberStyles.None, CultureInfo.InvariantCulture, out var ticks) ? new DateTimeOffset(ticks, TimeSpan.Zero) : null;

    /// <inheritdoc/>
    public string? ListenerOn(int port) => null;

    private static string? Mark(int processId)
    {
        try
        {
            using var process = System.Diagnostics.Process.GetProcessById(processId);
            return process.HasExited ? null : process.StartTime.ToUniversalTime().Ticks.ToString(CultureInfo.InvariantCulture);
        }
        catch (Exception failure) when (failure is ArgumentException or InvalidOperationException or Win32Exception)
        {
            return null;
        }
    }
}
