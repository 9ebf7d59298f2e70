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
