using System.Globalization;
using UpgradeModule.Engine.Apps;
using UpgradeModule.Engine.Containers.Objects;

namespace UpgradeModule.Engine.Deployments.Docker;

/// <summary>Reads a container's state as that of a service.</summary>
internal static class ContainerStatus
{
    private const int Killed = 137;
    private const int SignalBase = 128;

    // In a crash loop a sample shows "running" between two crashes; what has run for longer than this since the last one has got over it.
    private static readonly TimeSpan s_crashLoop = TimeSpan.FromSeconds(30);

    /// <summary>Tells whether it runs.</summary>
    /// <param name="container">The container.</param>
    /// <param name="spec">The application, whose exit codes of a graceful stop it knows.</param>
    /// <param name="now">The time, in UTC.</param>
    public static AppServiceStatus Of(ContainerInspect container, AppSpec spec, DateTimeOffset now)
    {
        var state = container.State ?? new ContainerState();
        if (state.Paused) return AppServiceStatus.Paused;
        if (state.Restarting) return AppServiceStatus.Restarting;
        if (state.Running) return container.RestartCount > 0 && Time(state.StartedAt) is { } started && now - started < s_crashLoop ? AppServiceStatus.Restarting : AppServiceStatus.Running;
        if (state.Dead) return AppServiceStatus.Crashed;
        if (state.Status is "created" or "configured" or "initialized" or null) return state.Error is { Length: > 0 } ? AppServiceStatus.Crashed : AppServiceStatus.Stopped;
        return IsOrderly(container, state, spec) ? AppServiceStatus.Stopped : AppServiceStatus.Crashed;
    }

    /// <summary>Whether its processes are there.</summary>
    /// <param name="container">The container.</param>
    public static bool IsUp(ContainerInspect container) => container.State is { } state && (state.Running || state.Paused || state.Restarting);

    /// <summary>When it was started last, in UTC; <see langword="null"/> for never.</summary>
    /// <param name="container">The container.</param>
    public static DateTimeOffset? StartedOn(ContainerInspect container) => Time(container.State?.StartedAt);

    /// <summary>Whether it has been started at any time.</summary>
    /// <param name="container">The container.</param>
    public static bool WasStarted(ContainerInspect container) => StartedOn(container) is not null;

    private static bool IsOrderly(ContainerInspect container, ContainerState state, AppSpec spec)
    {
        if (state.OOMKilled) return false;
        if (state.ExitCode == 0 || spec.Start.SuccessExitCodes.Contains(state.ExitCode)) return true;

        // A stop that took too long ends by SIGKILL, and an application may end by the very signal that stops it.
        return state.ExitCode == Killed || state.ExitCode == SignalBase + Number(container.Config?.StopSignal);
    }

    private static int Number(string? signal) => signal?.ToUpperInvariant().Replace("SIG", "", StringComparison.Ordinal) switch
    {
        null or "" or "TERM" => 15,
        "INT" => 2,
        "QUIT" => 3,
        "HUP" => 1,
        "USR1" => 10,
        "USR2" => 12,
        "WINCH" => 28,
        var other => int.TryParse(other, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : 15,
    };

    private static DateTimeOffset? Time(string? text) =>
        DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var time) && time.Year > 1 ? time : null;
}
