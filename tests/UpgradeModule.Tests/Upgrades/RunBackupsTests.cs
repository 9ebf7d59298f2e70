using UpgradeModule.Engine.State;
using UpgradeModule.Engine.Upgrades;
using UpgradeModule.Engine.Upgrades.Journal;
using UpgradeModule.Tests.Support;

namespace UpgradeModule.Tests.Upgrades;

public sealed class RunBackupsTests : IAsyncDisposable
{
    private static readonly DateTimeOffset s_start = new(2026, 11, 20, 10, 0, 0, TimeSpan.Zero);

    private readonly TempFolder _folder = new();
    private readonly StateStore _store;

    public RunBackupsTests() => _store = new StateStore(_folder.File("store.db"));

    public async ValueTask DisposeAsync()
    {
        await _store.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task Runs_that_are_not_over_need_their_backups_and_of_those_that_succeeded_the_newest_does()
    {
        var journal = new StoreJournal(_store);
        await journal.BeginAsync(Run("wiki", 1, UpgradeOutcome.Succeeded), default);
        await journal.BeginAsync(Run("wiki", 2, UpgradeOutcome.RolledBack), default);
        await journal.BeginAsync(Run("wiki", 3, UpgradeOutcome.Failed), default);
        await journal.BeginAsync(Run("wiki", 4, UpgradeOutcome.Paused), default);
        await journal.BeginAsync(Run("wiki", 5, UpgradeOutcome.Interrupted), default);
        await journal.BeginAsync(Run("wiki", 6, UpgradeOutcome.Succeeded), default);
        await journal.BeginAsync(Run("shop", 7, outcome: null), default);
        await journal.BeginAsync(Run("mail", 8, UpgradeOutcome.Succeeded, completed: true), default);

        var needed = await new RunBackups(_store).FindAsync([], new RecordingOperation(), default);

        Assert.Equal(["/b/3", "/b/4", "/b/5", "/b/6", "/b/7", "/b/first-3", "/b/first-4", "/b/first-5", "/b/first-6", "/b/first-7"], needed.Select(backup => backup.Path).Order(StringComparer.Ordinal));
        Assert.Equal("the run run-4 of 'wiki' is paused and may need it", needed.First(backup => backup.Path == "/b/4").Reason);
    }

    [Fact]
    public async Task Runs_of_deployments_that_no_store_knows_are_found_beside_their_backups()
    {
        await new FileJournal(_folder.File("backups/.upgrademodule/wiki/runs")).BeginAsync(Run("wiki", 1, UpgradeOutcome.Interrupted), default);

        var needed = await new RunBackups(_store).FindAsync([new AppBackup { Path = _folder.File("backups/wiki-1") }], new RecordingOperation(), default);

        Assert.Equal(["/b/1", "/b/first-1"], needed.Select(backup => backup.Path));
        Assert.Empty(await new RunBackups(_store).FindAsync([new AppBackup { Path = _folder.File("elsewhere/wiki-1") }], new RecordingOperation(), default));
    }

    [Fact]
    public async Task Of_two_machines_deployments_of_one_name_each_needs_the_backup_of_its_own_last_run_by_its_name_too()
    {
        var journal = new FileJournal(_folder.File("backups/.upgrademodule/wiki/runs"));
        foreach (var (number, server) in new[] { (1, "a"), (2, "b"), (3, "b") })
        {
            var document = Run("wiki", number, UpgradeOutcome.Succeeded);
            await journal.BeginAsync(document with { Run = document.Run with { Deployment = document.Run.Deployment with { Database = new DatabaseTarget { Engine = DatabaseEngine.Postgres, Server = server, Name = "wiki" } } } }, default);
        }

        var needed = await new RunBackups(_store).FindAsync([new AppBackup { Path = _folder.File("backups/wiki-1") }], new RecordingOperation(), default);

        Assert.Equal(["/b/1", "/b/3", "/b/first-1", "/b/first-3"], needed.Select(backup => backup.Path).Order(StringComparer.Ordinal));
        Assert.Equal(["1", "3", "first-1", "first-3"], needed.Select(backup => backup.Id).Order(StringComparer.Ordinal));
    }

    [SkippableFact]
    public async Task Runs_are_found_beside_a_backup_that_a_link_leads_to()
    {
        Skip.If(OperatingSystem.IsWindows(), "Making a link needs a right there.");
        await new FileJournal(_folder.File("backups/.upgrademodule/wiki/runs")).BeginAsync(Run("wiki", 1, UpgradeOutcome.Interrupted), default);
        Directory.CreateDirectory(_folder.File("backups/wiki-1"));
        Directory.CreateSymbolicLink(_folder.File("link"), _folder.File("backups/wiki-1"));

        Assert.Equal(2, (await new RunBackups(_store).FindAsync([new AppBackup { Path = _folder.File("link") }], new RecordingOperation(), default)).Count);
    }

    private static RunDocument Run(string deployment, int number, UpgradeOutcome? outcome, bool completed = false) => new()
    {
        Run = new UpgradeRun
        {
            RunId = $"run-{number}",
            Deployment = new AppDeployment { Name = deployment, App = "metabase", Stored = true },
            From = AppVersion.Parse("1.0"),
            To = AppVersion.Parse("2.0"),
            Outcome = outcome,
            Completed = completed,
            StartedOn = s_start.AddHours(number),
            Backup = new AppBackup { Id = $"{number}", Path = $"/b/{number}" },
        },
        FirstBackup = new AppBackup { Id = $"first-{number}", Path = $"/b/first-{number}" },
    };
}
