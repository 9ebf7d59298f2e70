using System.Diagnostics;
using UpgradeModule.Engine.Deployments;

namespace UpgradeModule.Tests.Deployments;

public class OneOffCommandTests
{
    [SkippableFact]
    public async Task It_runs_with_the_deployments_own_environment_and_directory_and_its_output_goes_to_the_log()
    {
        NeedsShell();
        await using var scene = await ProcessScene.CreateAsync("1.0.0", "SAMPLEAPP_MOTTO=plain words");
        var told = new Lines();

        var outcome = await RunAsync(scene, told, "echo \"$SAMPLEAPP_MOTTO in $PWD for $1 at $2\"; echo oops >&2; exit 3", "{artifact}", "{version}");

        Assert.Equal(3, outcome.ExitCode);
        Assert.Contains($"plain words in {scene.Folder} for {scene.Artifact} at 1.1.0", outcome.Output);
        Assert.Contains("oops", outcome.Output);
        Assert.Equal(outcome.Output.Order(), told.All.Order());
        Assert.Equal(scene.Log, outcome.LogPath);
        Assert.Contains("oops", await File.ReadAllTextAsync(scene.Log));
    }

    [SkippableFact]
    public async Task Secrets_stay_out_of_its_output_and_the_callers_environment_out_of_the_command()
    {
        NeedsShell();
        Environment.SetEnvironmentVariable("UM_TEST_CALLERS_OWN", "not for the command");
        await using var scene = await ProcessScene.CreateAsync();
        var secret = Path.Combine(scene.Folder, "secret");
        await File.WriteAllTextAsync(secret, "s3cret-value");
        scene.With(settings => settings with { EnvironmentReferences = new Dictionary<string, string> { ["TOKEN_FOR_IT"] = "file:" + secret } });

        var outcome = await RunAsync(scene, null, "echo \"it is $TOKEN_FOR_IT, and [$UM_TEST_CALLERS_OWN]\"");

        Assert.Equal(["it is ***, and []"], outcome.Output);
        Assert.DoesNotContain("s3cret-value", await File.ReadAllTextAsync(scene.Log));
    }

    [SkippableFact]
    public async Task One_that_takes_too_long_is_ended_with_all_that_it_started()
    {
        NeedsShell();
        await using var scene = await ProcessScene.CreateAsync();
        var file = Path.Combine(scene.Folder, "child");
        var failure = await Assert.ThrowsAsync<UpgradeException>(() => RunAsync(scene, null, $"sleep 30 & echo $! > '{file}'; echo begun; wait", timeout: TimeSpan.FromSeconds(1)));
        Assert.Equal("CommandTimeout", failure.ErrorId);
        Assert.Contains("begun", failure.Detail);
        var child = int.Parse(await File.ReadAllTextAsync(file), System.Globalization.CultureInfo.InvariantCulture);
        await ProcessScene.EventuallyAsync(() => Task.FromResult(IsThere(child)), there => !there);
    }

    [SkippableFact]
    public async Task Cancelling_ends_it()
    {
        NeedsShell();
        await using var scene = await ProcessScene.CreateAsync();
        using var end = new CancellationTokenSource(TimeSpan.FromMilliseconds(300));
        var watch = Stopwatch.StartNew();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => RunAsync(scene, null, "sleep 30", cancellationToken: end.Token));
        Assert.True(watch.Elapsed < TimeSpan.FromSeconds(10));
    }

    [SkippableFact]
    public async Task It_is_not_run_beside_the_service()
    {
        NeedsShell();
        await using var scene = await ProcessScene.CreateAsync();
        await scene.StartAsync();
        var failure = await Assert.ThrowsAsync<UpgradeException>(() => RunAsync(scene, null, "exit 0"));
        Assert.Equal("ServiceRunning", failure.ErrorId);
        Assert.Contains("trying things out", failure.Message);
    }

    [Fact]
    public async Task A_program_that_is_not_there_is_named()
    {
        await using var scene = await ProcessScene.CreateAsync();
        var command = new OneOffCommand { Command = ["no-such-program-here"], Purpose = "trying things out" };
        var failure = await Assert.ThrowsAsync<UpgradeException>(() => scene.Host.RunOnceAsync(scene.Context, command, null, CancellationToken.None));
        Assert.Equal("CommandNotFound", failure.ErrorId);
        Assert.Contains("no-such-program-here", failure.Message);
    }

    [SkippableFact]
    public async Task One_that_outlived_who_started_it_is_ended_with_all_that_it_started_and_nobody_elses()
    {
        Skip.IfNot(OperatingSystem.IsLinux(), "Only Linux tells whose a process is by its environment.");
        await using var scene = await ProcessScene.CreateAsync();
        await using var other = await ProcessScene.CreateAsync();
        var file = Path.Combine(scene.Folder, "child");
        var foreign = Path.Combine(other.Folder, "child");
        var run = RunAsync(scene, null, $"sleep 300 & echo $! > '{file}'; wait", timeout: TimeSpan.FromMinutes(5));
        using var end = new CancellationTokenSource();
        var running = RunAsync(other, null, $"echo $$ > '{foreign}'; exec sleep 300", timeout: TimeSpan.FromMinutes(5), cancellationToken: end.Token);
        await ProcessScene.EventuallyAsync(() => Task.FromResult(NumberIn(file) is not null && NumberIn(foreign) is not null), there => there);
        Assert.True(IsThere(NumberIn(file)!.Value));

        await scene.Host.EndLeftCommandsAsync(scene.Context, CancellationToken.None);

        Assert.False(IsThere(NumberIn(file)!.Value));
        Assert.Equal(137, (await run).ExitCode);
        Assert.True(IsThere(NumberIn(foreign)!.Value));
        await end.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);
    }

    private static int? NumberIn(string file) => File.Exists(file) && int.TryParse(File.ReadAllText(file), out var number) ? number : null;

    private static void NeedsShell() => Skip.If(OperatingSystem.IsWindows(), "The commands are shell scripts.");

    private static bool IsThere(int process)
    {
        // What was killed stays a zombie until its parent, which may be a container's first process, has asked for it.
        var stat = $"/proc/{process.ToString(System.Globalization.CultureInfo.InvariantCulture)}/stat";
        return File.Exists(stat) && !File.ReadAllText(stat).Contains(") Z ", StringComparison.Ordinal);
    }

    private static Task<CommandOutcome> RunAsync(ProcessScene scene, IProgress<string>? told, string script, params string[] arguments) => RunAsync(scene, told, script, null, default, arguments);

    private static Task<CommandOutcome> RunAsync(ProcessScene scene, IProgress<string>? told, string script, TimeSpan? timeout = null, CancellationToken cancellationToken = default, params string[] arguments)
    {
        var command = new OneOffCommand { Command = ["sh", "-c", script, "sh", .. arguments], Version = AppVersion.Parse("1.1.0"), Timeout = timeout ?? TimeSpan.FromSeconds(20), Purpose = "trying things out" };
        return scene.Host.RunOnceAsync(scene.Context, command, told, cancellationToken);
    }

    private sealed class Lines : IProgress<string>
    {
        private readonly List<string> _lines = [];

        public IReadOnlyList<string> All
        {
            get
            {
                lock (_lines) return [.. _lines];
            }
        }

        public void Report(string value)
        {
            lock (_lines) _lines.Add(value);
        }
    }
}
