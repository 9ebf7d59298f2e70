using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Runtime.InteropServices;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace SampleApp;

/// <summary>Listens first, migrates then, and serves until it is asked to stop.</summary>
internal static class Server
{
    /// <summary>The exit code of a JVM that was asked to stop: 128 + SIGTERM.</summary>
    private const int Stopped = 143;

    public static async Task<int> RunAsync(Settings settings)
    {
        var started = Stopwatch.StartNew();
        using var stop = new CancellationTokenSource();
        using var term = OnSignal(PosixSignal.SIGTERM, settings, stop);
        using var interrupt = OnSignal(PosixSignal.SIGINT, settings, stop);
        using var quit = OnSignal(PosixSignal.SIGQUIT, settings, stop);
        if (settings.CrashAfter is { } crashAfter) _ = CrashAsync(crashAfter);

        Log.Info($"SampleApp v{AppInfo.Version}");
        await using var database = new Database(settings);
        var state = new AppState { LieHealthy = settings.LieHealthy, Sick = settings.Sick == AppInfo.Version, SickPage = settings.SickPage == AppInfo.Version };
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Listen(settings.Everywhere ? IPAddress.Any : IPAddress.Loopback, settings.Port);
        });
        builder.Services.AddRoutingCore();
        builder.Services.AddSingleton<IHostLifetime, QuietLifetime>();
        builder.Services.Configure<HostOptions>(static options => options.ShutdownTimeout = TimeSpan.FromSeconds(2));
        await using var app = builder.Build();
        new Api(database, state).Map(app);

        try
        {
            await app.StartAsync(stop.Token).ConfigureAwait(false);
            Log.Info($"Listening on http://127.0.0.1:{settings.Port.ToString(CultureInfo.InvariantCulture)}");
            Log.Info($"Setting up and migrating SampleApp DB ({database.Description}). Please sit tight, this may take a minute...");
            await new Migrator(database, settings, value => state.Progress = value).UpAsync(stop.Token).ConfigureAwait(false);
            foreach (var address in settings.Calls) await CallAsync(address).ConfigureAwait(false);
            foreach (var path in settings.Writes) await WriteAsync(path).ConfigureAwait(false);
            state.StartupMilliseconds = started.ElapsedMilliseconds;
            state.Ready = true;
            Log.Info(string.Create(CultureInfo.InvariantCulture, $"SampleApp Initialization COMPLETE in {started.Elapsed.TotalSeconds:0.0} s"));
            await Task.Delay(Timeout.Infinite, stop.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
        }
        catch (Exception failure)
        {
            Log.Failure("SampleApp Initialization FAILED", failure);
            return 1;
        }

        Log.Info("SampleApp Shutting Down ...");
        await app.StopAsync(CancellationToken.None).ConfigureAwait(false);
        await database.DisposeAsync().ConfigureAwait(false);
        await Task.Delay(settings.StopDelay, CancellationToken.None).ConfigureAwait(false);
        Log.Info("SampleApp Shutdown COMPLETE");
        return Stopped;
    }

    private static PosixSignalRegistration OnSignal(PosixSignal signal, Settings settings, CancellationTokenSource stop) =>
        PosixSignalRegistration.Create(signal, context =>
        {
            context.Cancel = true;
            if (settings.IgnoreStop) Log.Warning("Asked to stop, and told to ignore it");
            else stop.Cancel();
        });

    private static async Task CallAsync(string address)
    {
        try
        {
            using var client = address.StartsWith('/') ? new System.Net.Sockets.Socket(System.Net.Sockets.AddressFamily.Unix, System.Net.Sockets.SocketType.Stream, System.Net.Sockets.ProtocolType.Unspecified) : new System.Net.Sockets.Socket(System.Net.Sockets.SocketType.Stream, System.Net.Sockets.ProtocolType.Tcp);
            using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(1));
            await client.ConnectAsync(address.StartsWith('/') ? new System.Net.Sockets.UnixDomainSocketEndPoint(address) : IPEndPoint.Parse(address), patience.Token).ConfigureAwait(false);
            Log.Info($"Called {address}");
        }
        catch (Exception failure) when (failure is System.Net.Sockets.SocketException or OperationCanceledException)
        {
            Log.Info($"Nobody answers at {address}: {failure.Message}");
        }
    }

    private static async Task WriteAsync(string path)
    {
        try
        {
            await File.AppendAllTextAsync(path, AppInfo.Version + Environment.NewLine).ConfigureAwait(false);
            Log.Info($"Wrote to {path}");
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            Log.Info($"Nothing can be written to {path}: {failure.Message}");
        }
    }

    private static async Task CrashAsync(TimeSpan after)
    {
        await Task.Delay(after).ConfigureAwait(false);
        Log.Failure("SampleApp crashed", new InvalidOperationException("SAMPLEAPP_CRASH_AFTER_MS asked for it"));
        Environment.Exit(3);
    }

    /// <summary>The signals are this class's own business: the exit code depends on them.</summary>
    private sealed class QuietLifetime : IHostLifetime
    {
        public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
