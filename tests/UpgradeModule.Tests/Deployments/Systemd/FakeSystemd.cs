using System.Globalization;
using UpgradeModule.Engine.Deployments.Systemd;

namespace UpgradeModule.Tests.Deployments.Systemd;

/// <summary>A systemd that only pretends: one unit, whose states follow each other as a test says.</summary>
internal sealed class FakeSystemd : ISystemdPrograms
{
    private readonly Queue<string> _states = new();
    private string _state = "LoadState=loaded\nActiveState=inactive\nSubState=dead";

    public bool IsRoot { get; set; } = true;

    /// <summary>What it was asked, a line each.</summary>
    public List<string> Calls { get; } = [];

    public string Unit { get; set; } = "app.service";

    public IReadOnlyList<string> Command { get; set; } = ["/usr/bin/java", "-jar", "/srv/app/app.jar"];

    public IReadOnlyList<string> Environment { get; set; } = [];

    public IReadOnlyList<string> EnvironmentFiles { get; set; } = [];

    public string WorkingDirectory { get; set; } = "/srv/app";

    public string User { get; set; } = "";

    public string Type { get; set; } = "simple";

    public string Journal { get; set; } = "";

    /// <summary>Answers of verbs that fail: <c>start</c> and its exit code.</summary>
    public Dictionary<string, int> Failing { get; } = [];

    /// <summary>What polkit answers; no polkit where <see langword="null"/>.</summary>
    public int? Polkit { get; set; }

    /// <summary>What follows a start or stop; the last one stays.</summary>
    public Dictionary<string, string[]> After { get; } = new(StringComparer.Ordinal)
    {
        ["start"] = ["ActiveState=active\nSubState=running\nMainPID=4711\nExecMainStartTimestampMonotonic=1"],
        ["stop"] = ["ActiveState=deactivating\nSubState=stop-sigterm\nMainPID=4711", "ActiveState=inactive\nSubState=dead\nExecMainCode=1\nExecMainStatus=0"],
        ["kill"] = ["ActiveState=failed\nSubState=failed\nResult=signal\nExecMainCode=2\nExecMainStatus=9"],
    };

    public void Set(params string[] states)
    {
        foreach (var state in states) _states.Enqueue(state);
    }

    public Task<ProgramResult?> RunAsync(string program, IReadOnlyList<string> arguments, CancellationToken cancellationToken)
    {
        Calls.Add(program + " " + string.Join(' ', arguments));
        return Task.FromResult(program switch
        {
            "systemctl" => Systemctl(arguments),
            "busctl" => Busctl(arguments),
            "journalctl" => new ProgramResult(0, Journal, ""),
            "pkcheck" => Polkit is { } answer ? new ProgramResult(answer, "", "") : null,
            _ => null,
        });
    }

    private ProgramResult Systemctl(IReadOnlyList<string> arguments)
    {
        var verb = arguments[0];
        if (verb == "show") return new ProgramResult(0, arguments[1].Contains("ExecStart", StringComparison.Ordinal) ? $"Id={Unit}\nLoadState=loaded\nExecStart={{ path={Command[0]} ; argv[]={string.Join(' ', Command)} }}\n" : Show(), "");
        if (Failing.TryGetValue(verb, out var code)) return new ProgramResult(code, "", "Access denied, or so");
        if (After.TryGetValue(verb, out var states))
        {
            _states.Clear();
            Set(states);
        }

        return new ProgramResult(0, "", "");
    }

    private string Show()
    {
        if (_states.Count > 0) _state = _states.Dequeue();
        return $"Id={Unit}\n{(_state.Contains("LoadState", StringComparison.Ordinal) ? "" : "LoadState=loaded\n")}{_state}\n";
    }

    private ProgramResult Busctl(IReadOnlyList<string> arguments)
    {
        if (arguments[0] == "call")
        {
            return arguments[4] == "ListUnitFilesByPatterns"
                ? new ProgramResult(0, $"a(ss) 2 {BusText.Of("/etc/systemd/system/" + Unit)} \"enabled\" \"/usr/lib/systemd/system/getty@.service\" \"enabled\"\n", "")
                : new ProgramResult(0, "a(ssssssouso) 0\n", "");
        }

        return new ProgramResult(0, string.Concat(arguments.Skip(4).Select(name => Value(name) + "\n")), "");
    }

    private string Value(string name) => name switch
    {
        "ExecStartEx" => $"a(sasasttttuii) 1 {BusText.Of(Command[0])} {BusText.Array([.. Command])} 0 0 0 0 0 0 0 0",
        "Environment" => "as " + BusText.Array([.. Environment]),
        "EnvironmentFiles" => $"a(sb) {EnvironmentFiles.Count.ToString(CultureInfo.InvariantCulture)} {string.Join(' ', EnvironmentFiles.Select(file => BusText.Of(file.TrimStart('-')) + (file[0] == '-' ? " true" : " false")))}",
        "WorkingDirectory" => "s " + BusText.Of(WorkingDirectory),
        "User" => "s " + BusText.Of(User),
        "Group" => "s \"\"",
        "TimeoutStopUSec" => "t 90000000",
        "SuccessExitStatus" => "(aiai) 1 143 0",
        "UMask" => "u 18",
        "DynamicUser" => "b false",
        "Type" => "s " + BusText.Of(Type),
        "TimeoutStartUSec" => "t 90000000",
        "WatchdogUSec" => "t 0",
        _ => throw new ArgumentException(name),
    };
}
