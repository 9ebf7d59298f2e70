using UpgradeModule.Engine.Apps;
using UpgradeModule.Engine.Deployments.Files;
using UpgradeModule.Engine.Deployments.Systemd;
using UpgradeModule.Engine.Operations;
using UpgradeModule.Tests.Support;

namespace UpgradeModule.Tests.Deployments.Systemd;

public sealed class JavaDropInTests : IDisposable
{
    private readonly TempFolder _folder = new();
    private readonly FakeSystemd _systemd = new();
    private readonly string _java11;
    private readonly string _java21;

    public JavaDropInTests()
    {
        _java11 = File("11/java");
        _java21 = File("21/java");
        File("app/app.jar");
    }

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task The_drop_in_has_the_same_arguments_and_is_gone_after_it_was_taken_back()
    {
        var data = await DropIn.ApplyAsync(Unit(_java11), V("2.0"), "one", default);
        Assert.Equal(DropInPath, data["dropIn"]);
        var text = await System.IO.File.ReadAllTextAsync(DropInPath);
        Assert.Contains($"[Service]\nExecStart=\nExecStart={_java21} \"-Da=b c\" -jar app.jar\n", text, StringComparison.Ordinal);
        if (!OperatingSystem.IsWindows()) Assert.Equal("644", UnixRights.Of(DropInPath));
        Assert.Single(_systemd.Calls, static call => call.StartsWith("systemctl daemon-reload", StringComparison.Ordinal));

        await DropIn.UndoAsync(Unit(_java21), Point(data), default);
        Assert.False(Directory.Exists(Path.GetDirectoryName(DropInPath)));
        Assert.Equal(2, _systemd.Calls.Count(static call => call.StartsWith("systemctl daemon-reload", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task What_an_earlier_stop_wrote_is_there_again()
    {
        await DropIn.ApplyAsync(Unit(_folder.File("other/java")), V("1.0"), "one", default);
        var first = await System.IO.File.ReadAllTextAsync(DropInPath);
        var data = await DropIn.ApplyAsync(Unit(_java11), V("2.0"), "two", default);

        // A swap that was cut short is done again: what is kept is still what was there before it.
        await DropIn.ApplyAsync(Unit(_java21), V("2.0"), "two", default);
        await DropIn.UndoAsync(Unit(_java21), Point(data, "two"), default);
        Assert.Equal(first, await System.IO.File.ReadAllTextAsync(DropInPath));
        await DropIn.UndoAsync(Unit(_java21), Point(data, "two"), default);
        Assert.Equal(first, await System.IO.File.ReadAllTextAsync(DropInPath));
    }

    [Fact]
    public async Task Nothing_is_written_where_the_unit_runs_the_right_java()
    {
        Assert.Empty(await DropIn.ApplyAsync(Unit(_java11), V("1.0"), "one", default));
        Assert.False(System.IO.File.Exists(DropInPath));
        Assert.Empty(_systemd.Calls);
    }

    [Fact]
    public async Task Dropping_what_was_kept_leaves_the_drop_in()
    {
        var point = Point(await DropIn.ApplyAsync(Unit(_java11), V("2.0"), "one", default));
        JavaDropIn.Drop(point);
        JavaDropIn.Drop(point);
        Assert.True(System.IO.File.Exists(DropInPath));
        Assert.Empty(Directory.GetFiles(Path.GetDirectoryName(point.Location)!));
    }

    [Fact]
    public async Task A_pending_change_of_the_units_files_is_told_because_it_counts_from_now_on()
    {
        var operation = new RecordingOperation();
        var unit = Unit(_java11);
        await DropIn.ApplyAsync(unit with { Context = unit.Context with { Operation = operation }, State = unit.State with { NeedsReload = true } }, V("2.0"), "one", default);
        Assert.Single(operation.Warnings);
    }

    private static AppVersion V(string text) => AppVersion.Parse(text);

    private string DropInPath => _folder.File("units/app.service.d/zz-upgrademodule-java.conf");

    private JavaDropIn DropIn => new(new UnitControl(_systemd), _folder.File("units"));

    private ReturnPoint Point(IReadOnlyDictionary<string, string> data, string label = "one") =>
        new() { Kind = "Artifact", Location = Path.Combine(DeploymentFolder.Of(Unit(_java11).Context).Kept(label), "app.jar"), Data = data };

    private Unit Unit(string java) => new(
        new DeploymentContext
        {
            Spec = new AppSpec { Name = "demo", Requirements = [new RequirementSpec { Name = "java", From = "0", Minimum = "11" }, new RequirementSpec { Name = "java", From = "2.0", Minimum = "21" }] },
            Deployment = new AppDeployment
            {
                Name = "scene",
                Settings = new AppHostSettings { Unit = "app.service", ArtifactPath = _folder.File("app/app.jar"), JavaPath = new Dictionary<string, string> { ["21"] = _java21, ["11"] = _java11 } },
            },
        },
        new UnitState { Id = "app.service" },
        new UnitDefinition { Commands = [new UnitCommand(java, [java, "-Da=b c", "-jar", "app.jar"], [])] });

    private string File(string name)
    {
        var path = _folder.File(name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        System.IO.File.WriteAllText(path, "");
        return path;
    }
}
