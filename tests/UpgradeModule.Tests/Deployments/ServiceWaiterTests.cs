using System.Diagnostics;
using UpgradeModule.Engine.Deployments;
using UpgradeModule.Engine.Operations;

namespace UpgradeModule.Tests.Deployments;

public class ServiceWaiterTests
{
    [Fact]
    public async Task A_migration_that_moves_is_waited_for_beyond_the_time_out_and_told()
    {
        await using var scene = await ProcessScene.CreateAsync("1.1.0", "SAMPLEAPP_MIGRATION_DELAY_MS=800");
        await scene.StartAsync();
        var took = Stopwatch.StartNew();
        var service = await scene.WaitAsync(new WaitRequest { Expected = AppVersion.Parse("1.1.0"), Timeout = TimeSpan.FromMilliseconds(3000) });
        Assert.True(took.Elapsed > TimeSpan.FromMilliseconds(4000), $"It took only {took.Elapsed}.");
        Assert.Equal(AppHealth.Healthy, service.Health);
        Assert.Equal("1.1.0", service.Version?.Text);
        var seen = scene.Told.ProgressSeen;
        Assert.True(seen.Count(progress => progress.Percent is > 30 and < 95) >= 3, string.Join(Environment.NewLine, seen));
        Assert.True(seen[^1].Completed);
    }

    [Fact]
    public async Task Where_nothing_moves_it_ends_after_the_time_out_and_the_service_goes_on()
    {
        await using var scene = await ProcessScene.CreateAsync("1.0.0", "SAMPLEAPP_MIGRATION_DELAY_MS=30000");
        var started = await scene.StartAsync();
        var failure = await Assert.ThrowsAsync<UpgradeException>(() => scene.WaitAsync(new WaitRequest { Timeout = TimeSpan.FromSeconds(5) }));
        Assert.Equal("ServiceTimeout", failure.ErrorId);
        Assert.Contains("initializing", failure.Message, StringComparison.Ordinal);
        Assert.Contains("Running changeset v1.00-001", failure.Detail, StringComparison.Ordinal);
        Assert.Equal(started.ProcessId, (await scene.GetAsync()).ProcessId);
    }

    [Fact]
    public async Task What_the_caller_sees_moving_counts_as_progress()
    {
        await using var scene = await ProcessScene.CreateAsync("1.0.0", "SAMPLEAPP_MIGRATION_DELAY_MS=2500");
        await scene.StartAsync();
        var calls = 0;
        var request = new WaitRequest { Timeout = TimeSpan.FromSeconds(1.8), Progress = _ => Task.FromResult<string?>($"{++calls} rows") };
        Assert.Equal(AppHealth.Healthy, (await scene.WaitAsync(request)).Health);
        Assert.True(calls > 3, $"It was asked {calls} times.");
    }

    [Fact]
    public async Task A_failed_migration_is_told_with_exit_code_lines_and_meaning()
    {
        await using var scene = await ProcessScene.CreateAsync("1.0.0", "SAMPLEAPP_FAIL_MIGRATION=v1.00-002", "SAMPLEAPP_MIGRATION_DELAY_MS=1500");
        await scene.StartAsync();
        var failure = await Assert.ThrowsAsync<UpgradeException>(() => scene.WaitAsync());
        Assert.Equal("ServiceCrashed", failure.ErrorId);
        Assert.Contains("Initialization FAILED", failure.Detail, StringComparison.Ordinal);
        Assert.DoesNotContain(Environment.NewLine, failure.Message, StringComparison.Ordinal);
        Assert.Contains("It could not start.", failure.Message, StringComparison.Ordinal);
        if (!OperatingSystem.IsWindows()) Assert.Contains("exit code 1", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_failure_of_an_earlier_run_is_none_of_this_one()
    {
        await using var scene = await ProcessScene.CreateAsync("1.0.0", "SAMPLEAPP_FAIL_MIGRATION=v1.00-001", "SAMPLEAPP_MIGRATION_DELAY_MS=300");
        await scene.StartAsync();
        await Assert.ThrowsAsync<UpgradeException>(() => scene.WaitAsync());
        Assert.Equal(AppServiceStatus.Crashed, (await scene.GetAsync()).Status);

        scene.Set();
        File.Delete(scene.Database);
        await scene.StartAsync();
        Assert.Equal(AppHealth.Healthy, (await scene.WaitAsync()).Health);
        Assert.Contains("Initialization FAILED", await File.ReadAllTextAsync(scene.Log), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_service_that_does_not_run_is_not_waited_for()
    {
        await using var scene = await ProcessScene.CreateAsync();
        var failure = await Assert.ThrowsAsync<UpgradeException>(() => scene.WaitAsync());
        Assert.Equal("ServiceCrashed", failure.ErrorId);
    }

    [Fact]
    public async Task A_log_line_that_means_failure_ends_the_wait_though_the_service_lives()
    {
        await using var scene = await ProcessScene.CreateAsync("1.0.0", "SAMPLEAPP_MIGRATION_DELAY_MS=30000");
        scene.Context = scene.Context with { Spec = scene.Context.Spec with { Logs = [new() { Pattern = "Running changeset v1.00-001", Meaning = "failure", Message = "It is stuck.", Remedy = "Push it." }] } };
        await scene.StartAsync();
        var failure = await Assert.ThrowsAsync<UpgradeException>(() => scene.WaitAsync());
        Assert.Equal("ServiceUnhealthy", failure.ErrorId);
        Assert.Contains("It is stuck.", failure.Message, StringComparison.Ordinal);
        Assert.Equal("Push it.", failure.Remedy);
    }

    [Fact]
    public async Task Another_version_that_answers_is_not_taken_for_the_expected_one()
    {
        await using var scene = await ProcessScene.CreateAsync("1.0.0");
        await scene.StartAsync();
        var failure = await Assert.ThrowsAsync<UpgradeException>(() => scene.WaitAsync(new WaitRequest { Expected = AppVersion.Parse("1.1.0"), Timeout = TimeSpan.FromSeconds(1) }));
        Assert.Equal("ServiceUnhealthy", failure.ErrorId);
        Assert.Contains("1.0.0", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task One_good_answer_between_bad_ones_is_not_health()
    {
        await using var scene = await ProcessScene.CreateAsync();
        await scene.StartAsync();
        await scene.WaitAsync();
        var answers = new Queue<AppHealth>([AppHealth.Healthy, AppHealth.Unhealthy, AppHealth.Healthy, AppHealth.Unhealthy, AppHealth.Healthy, AppHealth.Healthy]);
        var prober = new QueuedProber(answers);
        var service = await new ServiceWaiter(scene.Hosts, prober).WaitAsync(scene.Context, new WaitRequest(), CancellationToken.None);
        Assert.Equal(AppHealth.Healthy, service.Health);
        Assert.Empty(answers);
    }

    [Fact]
    public async Task A_gate_holds_back_what_answers_as_healthy()
    {
        await using var scene = await ProcessScene.CreateAsync();
        await scene.StartAsync();
        var asked = 0;
        await scene.WaitAsync(new WaitRequest { Gate = _ => Task.FromResult(++asked < 4 ? "Migrations are missing." : null) });
        Assert.Equal(5, asked);
        Assert.Contains(scene.Told.ProgressSeen, progress => progress.Status.Contains("Migrations are missing.", StringComparison.Ordinal));
    }

    [Fact]
    public async Task An_application_that_logs_the_same_failure_for_every_probe_does_not_move()
    {
        await using var scene = await ProcessScene.CreateAsync();
        await scene.StartAsync();
        await scene.WaitAsync();
        var number = 0;
        var prober = new SameProber(AppHealth.Unhealthy, () => File.AppendAllText(scene.Log, $"[02:15:{++number:00}.345] ERROR: no table, request 3fa85f64-{number:x4}\n    at read (reader.js:4:68)\n"));
        var waiter = new ServiceWaiter(scene.Hosts, prober);
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        var failure = await Assert.ThrowsAsync<UpgradeException>(() => waiter.WaitAsync(scene.Context, new WaitRequest { Timeout = TimeSpan.FromSeconds(1) }, patience.Token));
        Assert.Equal("ServiceTimeout", failure.ErrorId);
        Assert.True(number > 3);
    }

    [Fact]
    public async Task What_an_application_logs_while_it_starts_shows_that_it_moves()
    {
        await using var scene = await ProcessScene.CreateAsync();
        await scene.StartAsync();
        await scene.WaitAsync();
        var number = 0;
        var prober = new SameProber(AppHealth.Starting, () => File.AppendAllText(scene.Log, $"Converted {++number} of 50000 rows\n"));
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(4));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => new ServiceWaiter(scene.Hosts, prober).WaitAsync(scene.Context, new WaitRequest { Timeout = TimeSpan.FromSeconds(1) }, patience.Token));
    }

    [Fact]
    public async Task A_wait_is_cancelled_at_once()
    {
        await using var scene = await ProcessScene.CreateAsync("1.0.0", "SAMPLEAPP_MIGRATION_DELAY_MS=30000");
        await scene.StartAsync();
        using var cancel = new CancellationTokenSource(TimeSpan.FromMilliseconds(600));
        var took = Stopwatch.StartNew();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => scene.Waiter.WaitAsync(scene.Context, new WaitRequest(), cancel.Token));
        Assert.True(took.Elapsed < TimeSpan.FromSeconds(2), $"It took {took.Elapsed}.");
        Assert.Equal(AppServiceStatus.Running, (await scene.GetAsync()).Status);
    }

    [Fact]
    public async Task Service_control_tells_status_and_health_together()
    {
        await using var scene = await ProcessScene.CreateAsync("1.0.0", "SAMPLEAPP_MIGRATION_DELAY_MS=500");
        var control = new ServiceControl(scene.Hosts, scene.Prober, scene.Waiter);
        Assert.Equal(AppServiceStatus.Stopped, (await control.GetAsync(scene.Context, CancellationToken.None)).Status);
        await control.StartAsync(scene.Context, CancellationToken.None);
        var starting = await ProcessScene.EventuallyAsync(() => control.GetAsync(scene.Context, CancellationToken.None), service => service.MigrationProgress is not null);
        Assert.Equal(AppServiceStatus.Starting, starting.Status);
        Assert.Equal(AppHealth.Migrating, starting.Health);
        var ready = await control.WaitAsync(scene.Context, null, CancellationToken.None);
        Assert.Equal(AppServiceStatus.Running, ready.Deployment.Status);
        Assert.Equal("1.0.0", ready.Deployment.Version?.Text);
        Assert.Equal(AppServiceStatus.Stopped, (await control.StopAsync(scene.Context, null, CancellationToken.None)).Deployment.Status);
    }

    /// <summary>Gives the same answer for ever, and makes the application log something each time.</summary>
    private sealed class SameProber(AppHealth health, Action log) : IHealthProber
    {
        public Task<HealthReport> ProbeAsync(DeploymentContext context, AppVersion? expected, bool deep, CancellationToken cancellationToken)
        {
            log();
            return Task.FromResult(new HealthReport { Health = health });
        }
    }

    private sealed class QueuedProber(Queue<AppHealth> answers) : IHealthProber
    {
        public Task<HealthReport> ProbeAsync(DeploymentContext context, AppVersion? expected, bool deep, CancellationToken cancellationToken) =>
            Task.FromResult(new HealthReport { Health = answers.Dequeue() });
    }
}
