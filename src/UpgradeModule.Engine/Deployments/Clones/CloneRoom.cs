using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using UpgradeModule.Engine.Operations;

namespace UpgradeModule.Engine.Deployments.Clones;

/// <summary>
/// A room of its own for the processes of a clone: a network with nothing in it, a disk of which only the clone's folder can be written, no memory shared
/// with others. A shell holds it open; it ends with this process, however that ends, and the room with it and the clone. Root makes it directly, anybody
/// else in a user namespace.
/// </summary>
internal sealed class CloneRoom : IAsyncDisposable
{
    // What is mounted is told line by line, so that the room can be had before it is known what goes into it. The shell works in the clone's folder by a
    // mount of its own, which stays writable and stays in reach when what is around it is covered.
    private const string Holder = """
        set -e
        scratch=$1
        mount --bind "$scratch" "$scratch"
        cd "$scratch"
        while IFS= read -r op; do
          if [ "$op" = done ]; then echo done; continue; fi
          IFS= read -r a; IFS= read -r b
          case $op in
            fix) mount -o "remount,bind,ro$b" none "$a" 2>/dev/null || [ ! -e "$a" ] || { echo "'$a' can't be made read-only" >&2; exit 1; } ;;
            file) if [ -e "$b" ]; then mount --no-canonicalize --bind "$a" "$b"; fi ;;
            bind) mkdir -p "$b"; mount --no-canonicalize --bind "$a" "$b" ;;
            empty) if mkdir -p "$a" 2>/dev/null; then mount -t tmpfs -o "$b" tmpfs "$a"; fi ;;
            hide) if [ -d "$a" ]; then mount -t tmpfs -o ro,mode=0555,size=4k tmpfs "$a"; elif [ -e "$a" ]; then mount --no-canonicalize --bind ./empty "$a"; fi ;;
          esac
        done
        """;

    private const string HostsFile = "/etc/hosts";
    private const string Enter = "cd \"$1\" && shift && exec \"$@\"";

    // With these a program can do in the room what an application does; not leave it, mount, trace others or touch devices.
    private const string Capabilities = "-all,+chown,+dac_override,+fowner,+fsetid,+kill,+setgid,+setuid,+setpcap,+net_bind_service,+net_raw,+sys_chroot,+sys_nice,+ipc_lock,+audit_write";

    private readonly Process _holder;
    private readonly Task<string> _complaints;
    private readonly RoomPrograms _programs;
    private readonly string _deployment;

    private CloneRoom(Process holder, RoomPrograms programs, string deployment)
    {
        _holder = holder;
        _programs = programs;
        _deployment = deployment;
        _complaints = holder.StandardError.ReadToEndAsync();
    }

    /// <summary>The network's doors.</summary>
    public NetworkRoom Network { get; private set; } = null!;

    /// <summary>Makes one.</summary>
    /// <param name="deployment">The deployment, for the message.</param>
    /// <param name="request">The clone.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <exception cref="UpgradeException"><c>IsolationUnavailable</c>.</exception>
    public static async Task<CloneRoom> MakeAsync(string deployment, CloneRequest request, CancellationToken cancellationToken)
    {
        var programs = RoomPrograms.Find(deployment);
        foreach (var name in new[] { "tmp", "vartmp", "home" }) Directory.CreateDirectory(Path.Combine(request.Folder, name));
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(Path.Combine(request.Folder, "tmp"), (UnixFileMode)0x3FF);
        await File.WriteAllBytesAsync(Path.Combine(request.Folder, "empty"), [], cancellationToken).ConfigureAwait(false);
        var hosts = File.Exists(HostsFile) ? await File.ReadAllTextAsync(HostsFile, cancellationToken).ConfigureAwait(false) : "";
        var hostname = (await File.ReadAllTextAsync("/proc/sys/kernel/hostname", cancellationToken).ConfigureAwait(false)).Trim();
        await File.WriteAllTextAsync(Path.Combine(request.Folder, "hosts"), RoomMounts.Hosts(hosts, hostname), cancellationToken).ConfigureAwait(false);
        var room = new CloneRoom(programs.Hold(Holder, request), programs, deployment);
        try
        {
            var mounts = RoomMounts.Fixed(await File.ReadAllLinesAsync("/proc/self/mountinfo", cancellationToken).ConfigureAwait(false), request.Folder);
            await room.MountAsync([.. mounts, new RoomMount("file", "./hosts", HostsFile)], cancellationToken).ConfigureAwait(false);
            room.Network = await room.OpenNetworkAsync(request.Folder).ConfigureAwait(false);
            await room.TryAsync(request, cancellationToken).ConfigureAwait(false);
            return room;
        }
        catch
        {
            await room.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Mounts in it.</summary>
    /// <param name="mounts">What.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <exception cref="UpgradeException"><c>IsolationUnavailable</c>.</exception>
    public async Task MountAsync(IReadOnlyList<RoomMount> mounts, CancellationToken cancellationToken)
    {
        try
        {
            foreach (var (kind, what, more) in mounts)
            {
                // A line break would make two orders of one; nobody has one in a path of an application.
                if (what.Contains('\n', StringComparison.Ordinal) || more.Contains('\n', StringComparison.Ordinal)) throw NetworkRoom.Unavailable(_deployment, $"the path '{what}' has a line break");
                await _holder.StandardInput.WriteAsync($"{kind}\n{what}\n{more}\n".AsMemory(), cancellationToken).ConfigureAwait(false);
            }

            await _holder.StandardInput.WriteAsync("done\n".AsMemory(), cancellationToken).ConfigureAwait(false);
            await _holder.StandardInput.FlushAsync(cancellationToken).ConfigureAwait(false);
            if (await _holder.StandardOutput.ReadLineAsync(cancellationToken).ConfigureAwait(false) == "done") return;
        }
        catch (IOException)
        {
            // It has ended; what it said tells why.
        }

        throw Refused((await _complaints.ConfigureAwait(false)).Trim());
    }

    /// <summary>The program, and its arguments, that runs another one in it.</summary>
    /// <param name="directory">The directory that it is run in.</param>
    /// <param name="user">The user that it is run as; whoever runs this where <see langword="null"/>.</param>
    public IReadOnlyList<string> Launcher(string directory, CloneUser? user) => [.. Entrance(), .. _programs.Lower(user, Capabilities), "/bin/sh", "-c", Enter, "sh", directory];

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (Network is not null) await Network.DisposeAsync().ConfigureAwait(false);
        try
        {
            _holder.StandardInput.Close();
        }
        catch (IOException)
        {
            // It has ended, and what it was told last was never read.
        }

        if (!_holder.HasExited) _holder.Kill();
        await _holder.WaitForExitAsync().ConfigureAwait(false);
        _holder.Dispose();
    }

    private List<string> Entrance() => _programs.Enter(_holder.Id, ["--net", "--mount", "--ipc"]);

    private Task<NetworkRoom> OpenNetworkAsync(string folder) => NetworkRoom.OfNewAsync(_deployment, async () => _programs.AsRoot
        ? await NetworkThread.StartAsync(() => NativeNetwork.Enter(string.Create(CultureInfo.InvariantCulture, $"/proc/{_holder.Id}/ns/net"))).ConfigureAwait(false)
        : new LentSockets(_programs.Enter(_holder.Id, ["--net"]), folder));

    // Some systems let a user namespace be made, and nothing be done in it.
    private async Task TryAsync(CloneRequest request, CancellationToken cancellationToken)
    {
        string[] command = [.. Launcher("/", null), "/bin/true"];
        try
        {
            using var process = Process.Start(RoomPrograms.Start(command, request))!;
            process.StandardInput.Close();
            var said = await process.StandardError.ReadToEndAsync(cancellationToken).ConfigureAwait(false);
            await process.WaitForExitAsync(cancellationToken).ConfigureAwait(false);
            if (process.ExitCode != 0) throw Refused(said.Trim());
        }
        catch (Win32Exception failure)
        {
            throw Refused(failure.Message);
        }
    }

    private UpgradeException Refused(string said) => NetworkRoom.Unavailable(_deployment, $"this user may not give it a network and mounts of its own ({said.TrimEnd('.')})");
}
