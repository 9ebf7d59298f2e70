using UpgradeModule.Engine.Operations;
using UpgradeModule.Engine.State;
using UpgradeModule.Engine.Upgrades.Journal;
using UpgradeModule.Tests.Support;

namespace UpgradeModule.Tests.Upgrades;

public sealed class JournalTests : IDisposable
{
    private readonly TempFolder _folder = new();

    [Fact]
    public void A_document_comes_back_as_it_was_written()
    {
        var document = Samples.Make<RunDocument>() with { FormatVersion = RunDocument.Current };

        Samples.AssertSame(document, RunJson.Read(RunJson.Write(document), "here"));
    }

    [Fact]
    public async Task Both_journals_list_what_was_written_newest_first()
    {
        await using var store = new StateStore(_folder.File("store.db"));
        foreach (var journal in (IUpgradeJournal[])[new StoreJournal(store), new FileJournal(_folder.File("runs"))])
        {
            for (var day = 1; day <= 3; day++) await journal.BeginAsync(Document("run" + day, day, "app"), default);
            await journal.BeginAsync(Document("other", 9, "another"), default);
            await journal.EndAsync(Document("run2", 2, "app") with { Run = Document("run2", 2, "app").Run with { Outcome = UpgradeOutcome.Succeeded } }, default);

            var runs = await journal.ListAsync("App", NullOperationContext.Instance, default);

            Assert.Equal(["run3", "run2", "run1"], runs.Select(run => run.Run.RunId));
            Assert.Equal(UpgradeOutcome.Succeeded, runs[1].Run.Outcome);
        }
    }

    [SkippableFact]
    public async Task Files_of_a_journal_are_their_owners_alone()
    {
        Skip.If(OperatingSystem.IsWindows(), "Windows has access lists in place of modes.");
        var folder = _folder.File("runs");

        await new FileJournal(folder).BeginAsync(Document("run", 1, "app"), default);

        Assert.Equal("700", UnixRights.Of(folder));
        Assert.Equal(["history.head", "history.jsonl", "run-run.json"], Directory.GetFiles(folder).Select(file => Path.GetFileName(file)!).Order(StringComparer.Ordinal));
        Assert.All(Directory.GetFiles(folder), file => Assert.Equal("600", UnixRights.Of(file)));
    }

    [Fact]
    public async Task A_file_that_cannot_be_read_is_told_and_hides_no_other()
    {
        var journal = new FileJournal(_folder.File("runs"));
        await journal.BeginAsync(Document("run", 1, "app"), default);
        await File.WriteAllTextAsync(Path.Combine(_folder.File("runs"), "run-torn.json"), "{ \"run\": ");
        var operation = new RecordingOperation();

        Assert.Single(await journal.ListAsync("app", operation, default));

        Assert.Contains("run-torn.json", Assert.Single(operation.Warnings));
    }

    [Fact]
    public async Task A_run_whose_backup_went_to_a_place_of_its_own_is_found_by_its_deployment()
    {
        await using var store = new StateStore(_folder.File("store.db"));
        var deployment = new AppDeployment { Name = "wiki", HostKind = AppHostKind.Docker };
        var journals = new RunJournals(store);
        await journals.For(deployment, _folder.File("usb")).BeginAsync(Document("run1", 1, "wiki"), default);
        await journals.For(deployment, _folder.File("usb")).EndAsync(Document("run1", 1, "wiki"), default);
        await journals.For(deployment, null).BeginAsync(Document("run2", 2, "wiki"), default);

        var found = await journals.ListAsync(deployment, NullOperationContext.Instance, default);

        Assert.Equal(["run2", "run1"], found.Select(run => run.Document.Run.RunId));
        Assert.StartsWith(_folder.File("usb"), found[1].Journal.Location, StringComparison.Ordinal);
        var tested = await journals.TestHistoryAsync(deployment, null, default);
        Assert.Equal([1, 1], tested.Select(result => result.Runs));
        Assert.All(tested, result => Assert.True(result.Intact, result.FirstBroken?.Message));
    }

    [Fact]
    public async Task A_log_in_in_a_mirrors_address_is_not_written_down()
    {
        using var bench = new UpgradeBench();
        var request = new Engine.Upgrades.UpgradeRequest { Path = bench.Path, BaseUrl = "https://me:planted@mirror.example/x" };

        await bench.Service.RunAsync(bench.Context, request, default);

        var written = File.ReadAllText(Directory.GetFiles(Path.GetDirectoryName(bench.Deployment.Settings.ArtifactPath)!, "run-*.json", SearchOption.AllDirectories).Single());
        Assert.Contains("mirror.example", written);
        Assert.DoesNotContain("planted", written);
    }

    public void Dispose() => _folder.Dispose();

    private static RunDocument Document(string id, int day, string deployment) => new()
    {
        Run = new UpgradeRun { RunId = id, StartedOn = new DateTimeOffset(2026, 1, day, 0, 0, 0, TimeSpan.Zero), Deployment = new AppDeployment { Name = deployment } },
    };
}
