using System.Diagnostics;
using UpgradeModule.Engine.Containers;

namespace UpgradeModule.Tests.Support;

/// <summary>Podman's Docker-compatible service, started for the time of the tests where Podman is installed and the user is root.</summary>
public sealed class PodmanFixture : IAsyncLifetime
{
    private readonly TempFolder _folder = new();
    private BackgroundProgram? _service;
    private IContainerEngine? _engine;

    /// <summary>Why there is no engine.</summary>
    public string? Missing { get; private set; }

    /// <summary>The engine's address.</summary>
    public string Address => Engine.Address;

    /// <summary>The engine.</summary>
    internal IContainerEngine Engine => _engine ?? throw new InvalidOperationException(Missing);

    /// <summary>Images to make containers of.</summary>
    internal TestImages Images => new(Engine);

    public async Task InitializeAsync()
    {
        if (BackgroundProgram.Find("podman") is not { } program || Environment.UserName != "root")
        {
            Missing = "Podman is not installed, or the user is not root.";
            return;
        }

        // Podman raises limits to what a machine that is a guest itself may not have.
        var settings = _folder.File("containers.conf");
        await File.WriteAllTextAsync(settings, "[containers]\ndefault_ulimits = [\"nofile=1024:1024\", \"nproc=1024:1024\"]\n");
        // Docker takes registries on the loopback without TLS; Podman wants to be told.
        var registries = _folder.File("registries.conf");
        await File.WriteAllTextAsync(registries, "[[registry]]\nlocation = \"127.0.0.1\"\ninsecure = true\n");
        // A storage of its own, so that an administrator's containers are out of reach.
        var address = "unix://" + _folder.File("podman.sock");
        _service = BackgroundProgram.Start(program, ["--root", _folder.File("storage"), "--runroot", _folder.File("run"), "--cgroup-manager=cgroupfs", "system", "service", "--time=0", address], _folder.File("log"), new Dictionary<string, string> { ["CONTAINERS_CONF"] = settings, ["CONTAINERS_REGISTRIES_CONF"] = registries });
        var engine = ContainerEngines.Open(address);
        for (var since = Stopwatch.StartNew(); ; await Task.Delay(200))
        {
            try
            {
                await engine.GetVersionAsync(CancellationToken.None);
                break;
            }
            catch (UpgradeException) when (since.Elapsed < TimeSpan.FromSeconds(15) && !_service.HasEnded)
            {
            }
            catch (UpgradeException failure)
            {
                Missing = $"Podman's service doesn't start here: {_service.LastWords} {failure.Message}";
                await engine.DisposeAsync();
                return;
            }
        }

        _engine = engine;
    }

    public async Task DisposeAsync()
    {
        if (_engine is not null) await _engine.DisposeAsync();
        if (_service is not null) await _service.DisposeAsync();
        // Podman mounts its storage on itself and leaves that so.
        if (_service is not null)
        {
            using var unmount = Process.Start(new ProcessStartInfo("umount", ["--lazy", Path.Combine(_folder.File("storage"), "overlay")]) { RedirectStandardError = true })!;
            await unmount.WaitForExitAsync();
        }

        try
        {
            _folder.Dispose();
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            // What a storage holds on to yet is left in the folder of temporary files.
        }
    }

    /// <summary>Skips the test where there is no engine.</summary>
    public void Require() => Skip.If(_engine is null, "No Podman: " + Missing);
}
