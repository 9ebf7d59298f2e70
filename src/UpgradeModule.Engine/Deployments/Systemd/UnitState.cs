using System.Diagnostics;
using System.Globalization;

namespace UpgradeModule.Engine.Deployments.Systemd;

/// <summary>What a unit is doing, as <c>systemctl show</c> tells it.</summary>
internal sealed record UnitState
{
    private const long MicrosecondsPerSecond = 1_000_000;
    private const int Exited = 1;

    /// <summary>The properties that are asked for. All are plain words and numbers.</summary>
    public const string Properties = "Id,LoadState,UnitFileState,ActiveState,SubState,Result,MainPID,ExecMainCode,ExecMainStatus,ExecMainStartTimestampMonotonic,NRestarts,Job,NeedDaemonReload,ConditionResult,TriggeredBy,FragmentPath,RequiredBy,BoundBy,ConsistsOf";

    /// <summary>Its full name, where an alias was asked for too.</summary>
    public string Id { get; init; } = "";

    /// <summary><c>loaded</c>, <c>not-found</c>, <c>masked</c>, <c>bad-setting</c>, <c>error</c>.</summary>
    public string LoadState { get; init; } = "";

    /// <summary><c>enabled</c>, <c>disabled</c>, <c>static</c> and others.</summary>
    public string UnitFileState { get; init; } = "";

    /// <summary><c>active</c>, <c>reloading</c>, <c>inactive</c>, <c>failed</c>, <c>activating</c>, <c>deactivating</c>.</summary>
    public string ActiveState { get; init; } = "";

    /// <summary>Finer than <see cref="ActiveState"/>: <c>running</c>, <c>auto-restart</c>.</summary>
    public string SubState { get; init; } = "";

    /// <summary>How its last run ended: <c>success</c>, <c>exit-code</c>, <c>signal</c>, <c>timeout</c>.</summary>
    public string Result { get; init; } = "";

    /// <summary>The process id of the service; <see langword="null"/> where none runs.</summary>
    public int? MainProcess { get; init; }

    /// <summary>The exit code of the last run as a shell would tell it, 128 and more for a signal; <see langword="null"/> where it runs or never ran.</summary>
    public int? ExitCode { get; init; }

    /// <summary>When its process was started last, in UTC.</summary>
    public DateTimeOffset? StartedOn { get; init; }

    /// <summary>How often systemd has restarted it by itself since somebody started it.</summary>
    public int Restarts { get; init; }

    /// <summary>Whether a start or stop is still to be done.</summary>
    public bool HasJob { get; init; }

    /// <summary>Whether its files have changed since systemd read them.</summary>
    public bool NeedsReload { get; init; }

    /// <summary>Whether its conditions were met when it was last started.</summary>
    public bool ConditionsMet { get; init; }

    /// <summary>Units that may start it: sockets, timers, paths.</summary>
    public IReadOnlyList<string> TriggeredBy { get; init; } = [];

    /// <summary>Units that systemd stops with it, and doesn't start with it: they require it, are bound to it or are part of it. Targets, which run nothing, are left out.</summary>
    public IReadOnlyList<string> StoppedWith { get; init; } = [];

    /// <summary>The file that describes it.</summary>
    public string FragmentPath { get; init; } = "";

    /// <summary>Whether systemd is about to start it again because it ended by itself.</summary>
    public bool IsRestarting => ActiveState == "activating" && SubState.StartsWith("auto-restart", StringComparison.Ordinal);

    /// <summary>Whether nothing of it runs and nothing is about to start it.</summary>
    public bool IsDown => ActiveState is "inactive" or "failed" && !HasJob;

    /// <summary>Reads what <c>systemctl show</c> wrote of one unit or of several, with empty lines between.</summary>
    /// <param name="text">What it wrote.</param>
    public static IReadOnlyList<UnitState> ParseAll(string text) =>
        [.. text.Replace("\r\n", "\n", StringComparison.Ordinal).Split("\n\n", StringSplitOptions.RemoveEmptyEntries).Select(Parse)];

    /// <summary>Reads what <c>systemctl show</c> wrote of one unit.</summary>
    /// <param name="text">What it wrote.</param>
    public static UnitState Parse(string text)
    {
        var values = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var line in text.Split('\n'))
        {
            var equals = line.IndexOf('=', StringComparison.Ordinal);
            if (equals > 0) values[line[..equals]] = line[(equals + 1)..].TrimEnd('\r');
        }

        string Get(string name) => values.GetValueOrDefault(name, "");
        long Number(string name) => long.TryParse(Get(name), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : 0;
        var process = (int)Number("MainPID");
        var code = (int)Number("ExecMainCode");
        return new UnitState
        {
            Id = Get("Id"),
            LoadState = Get("LoadState"),
            UnitFileState = Get("UnitFileState"),
            ActiveState = Get("ActiveState"),
            SubState = Get("SubState"),
            Result = Get("Result"),
            MainProcess = process > 0 ? process : null,
            ExitCode = code == 0 ? null : (int)Number("ExecMainStatus") + (code == Exited ? 0 : 128),
            StartedOn = OnTheClock(Number("ExecMainStartTimestampMonotonic")),
            Restarts = (int)Math.Min(Number("NRestarts"), int.MaxValue),
            HasJob = Number("Job") > 0,
            NeedsReload = Get("NeedDaemonReload") == "yes",
            ConditionsMet = Get("ConditionResult") != "no",
            TriggeredBy = Get("TriggeredBy").Split(' ', StringSplitOptions.RemoveEmptyEntries),
            StoppedWith = [.. new[] { "RequiredBy", "BoundBy", "ConsistsOf" }.SelectMany(name => Get(name).Split(' ', StringSplitOptions.RemoveEmptyEntries)).Where(static unit => !unit.EndsWith(".target", StringComparison.Ordinal)).Distinct(StringComparer.Ordinal)],
            FragmentPath = Get("FragmentPath"),
        };
    }

    // The date that systemctl writes is for people, in their language and to the second; the other clock is a number, and .NET's is the same one.
    private static DateTimeOffset? OnTheClock(long microseconds)
    {
        if (microseconds == 0) return null;
        var now = (long)((Int128)Stopwatch.GetTimestamp() * MicrosecondsPerSecond / Stopwatch.Frequency);
        return DateTimeOffset.UtcNow - TimeSpan.FromMicroseconds(Math.Max(0, now - microseconds));
    }
}
