using System.Diagnostics;
using System.Globalization;
using UpgradeModule.Engine.Containers;

namespace UpgradeModule.Tests.Support;

/// <summary>
/// A Docker daemon of a test's own, which the test may end, gracefully or not, and start again. It has its own socket, data, addresses and bridge, touches neither the default
/// bridge nor a firewall's rules, and leaves the machine's own daemon alone.
/// </summary>
internal sealed class OwnDocker : IAsyncDisposable
{
    private readonly TempFolder _folder = new();
    private readonly string _program;
    private readonly TestBridge _bridge;
    private Process? _daemon;

    private OwnDocker(string program, TestBridge bridge)
    {
        _program = program;
        _bridge = bridge;
        Engine = ContainerEngines.Open("unix://" + _folder.File("docker.sock"));
    }

    public IContainerEngine Engine { get; }

    public TestImages Images => new(Engine);

    /// <summary>Starts one; skips the test where that can't be.</summary>
    public static async Task<OwnDocker> StartAsync()
    {
        var program = OperatingSystem.IsLinux() && Environment.UserName == "root" ? BackgroundProgram.Find("dockerd") : null;
        Skip.If(program is null, "A Docker daemon of its own takes root on Linux, and dockerd.");
        var docker = new OwnDocker(program, await TestBridge.MakeAsync());
        await File.WriteAllTextAsync(docker._folder.File("daemon.json"), "{}");
        await docker.StartAgainAsync();
        return docker;
    }

    /// <summary>Starts it, and waits until it answers. Nothing is done where it runs.</summary>
    public async Task StartAgainAsync()
    {
        if (_daemon is { HasExited: false }) return;
        File.Delete(_folder.File("pid"));
        string[] arguments =
        [
            "--config-file", _folder.File("daemon.json"), "--host", "unix://" + _folder.File("docker.sock"), "--data-root", _folder.File("data"), "--exec-root", _folder.File("exec"), "--pidfile", _folder.File("pid"),
            "--bridge", _bridge.Name, "--iptables=false", "--ip6tables=false", "--ip-forward=false", "--ip-masq=false", "--shutdown-timeout", "10",
            // Only the first time: a dockerd that finds its networks again and is told of address pools removes the machine's docker0.
            .. _daemon is null ? ["--default-address-pool", "base=10.213.0.0/16,size=24"] : Array.Empty<string>(),
        ];
        _daemon = Process.Start(new ProcessStartInfo("/bin/sh", ["-c", "log=$1; shift; exec \"$@\" >>\"$log\" 2>&1 </dev/null", "sh", _folder.File("log"), _program, .. arguments]))!;
        for (var since = Stopwatch.StartNew(); ; await Task.Delay(100))
        {
            try
            {
                await Engine.GetVersionAsync(CancellationToken.None);
                return;
            }
            catch (UpgradeException) when (since.Elapsed < TimeSpan.FromSeconds(60) && !_daemon.HasExited)
            {
            }
            catch (UpgradeException failure)
            {
                Skip.If(true, $"dockerd doesn't start here: {failure.Message} {string.Join(" | ", File.ReadLines(_folder.File("log")).TakeLast(3))}");
            }
        }
    }

    /// <summary>Asks it to end, as a service manager does; its containers end with it.</summary>
    public async Task StopAsync()
    {
        if (_daemon is not { HasExited: false }) return;
        using (var signal = Process.Start("kill", ["-TERM", _daemon.Id.ToString(CultureInfo.InvariantCulture)])) await signal.WaitForExitAsync();
        await _daemon.WaitForExitAsync();
    }

    /// <summary>Kills it (<c>kill -9</c>), and with it its containerd; what its containers run lives on until it is started again.</summary>
    public async Task KillAsync()
    {
        if (_daemon is not { HasExited: false }) return;
        var containerd = await ContainerdAsync();
        _daemon.Kill();
        await _daemon.WaitForExitAsync();

        // The kernel ends it with its parent; a daemon that is started before it is gone takes it for its own.
        while (containerd is not null && Directory.Exists($"/proc/{containerd}")) await Task.Delay(20);
    }

    public async ValueTask DisposeAsync()
    {
        await Engine.DisposeAsync();
        await StopAsync();

        // What may be left: its containerd, and what was mounted for containers.
        if (await ContainerdAsync() is { } left && Directory.Exists($"/proc/{left}"))
        {
            using var containerd = Process.GetProcessById(left);
            containerd.Kill();
            await containerd.WaitForExitAsync();
        }

        // The shim of a container that was half started when its daemon ended.
        foreach (var shim in Process.GetProcesses().Where(one => one.ProcessName.StartsWith("containerd-shim", StringComparison.Ordinal) && IsOurs(one.Id))) shim.Kill();

        foreach (var mount in (await File.ReadAllLinesAsync("/proc/mounts")).Select(line => line.Split(' ')[1]).Where(place => place.StartsWith(_folder.Path, StringComparison.Ordinal)).Reverse())
        {
            using var umount = Process.Start("umount", ["-l", mount]);
            await umount.WaitForExitAsync();
        }

        _daemon?.Dispose();
        await _bridge.DisposeAsync();
        _folder.Dispose();
    }

    private bool IsOurs(int process)
    {
        try
        {
            return File.ReadAllText($"/proc/{process}/cmdline").Contains(_folder.Path, StringComparison.Ordinal);
        }
        catch (IOException)
        {
            return false;
        }
    }

    private async Task<int?> ContainerdAsync() =>
        File.Exists(_folder.File("exec/containerd/containerd.pid")) && int.TryParse(await File.ReadAllTextAsync(_folder.File("exec/containerd/containerd.pid")), NumberStyles.None, CultureInfo.InvariantCulture, out var process) ? process : null;
}
