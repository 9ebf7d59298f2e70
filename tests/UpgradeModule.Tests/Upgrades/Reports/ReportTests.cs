using System.Text.Json;
using System.Text.RegularExpressions;
using UpgradeModule.Engine.Upgrades.Reports;
using UpgradeModule.Tests.Support;

namespace UpgradeModule.Tests.Upgrades.Reports;

public class ReportTests
{
    private const string Nasty = "<script>alert('x')</script>\"&";

    [Fact]
    public async Task A_page_is_complete_in_itself_and_escapes_all_that_it_is_given()
    {
        using var folder = new TempFolder();

        var report = await new ReportService().ExportAsync(Run(), folder.File("report.html"), ReportFormat.Html, overwrite: false, default);

        var html = await File.ReadAllTextAsync(report.Path);
        Assert.Equal(html.Length > 0 ? new FileInfo(report.Path).Length : 0, report.Size);
        Assert.DoesNotContain("<script", html, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("&lt;script&gt;", html, StringComparison.Ordinal);
        Assert.DoesNotMatch(new Regex("(src|href)\\s*=|url\\(|@import", RegexOptions.IgnoreCase), html);
        Assert.Contains("default-src 'none'", html, StringComparison.Ordinal);
        Assert.Contains("prefers-color-scheme:dark", html, StringComparison.Ordinal);
        foreach (var text in new[] { "Succeeded", "ada@host", "sample-20261122", "40 rows", "users", "kept", "Stop", "RollbackPoint", "2.5 s", "sampleapp.kept" }) Assert.Contains(text, html, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_a_deployment_is_started_with_and_log_ins_are_in_no_report()
    {
        using var folder = new TempFolder();
        foreach (var format in Enum.GetValues<ReportFormat>())
        {
            var report = await new ReportService().ExportAsync(Run(), folder.Path, format, overwrite: false, default);
            var text = await File.ReadAllTextAsync(report.Path);
            Assert.DoesNotContain("pa55", text, StringComparison.Ordinal);
            Assert.DoesNotContain("env:SECRET", text, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Json_tells_the_run_and_the_parts_of_its_downtime()
    {
        using var folder = new TempFolder();

        var report = await new ReportService().ExportAsync(Run(), folder.Path, ReportFormat.Json, overwrite: false, default);

        Assert.Equal(folder.File("sample-run-1.json"), report.Path);
        using var document = JsonDocument.Parse(await File.ReadAllTextAsync(report.Path));
        Assert.Equal("Succeeded", document.RootElement.GetProperty("run").GetProperty("outcome").GetString());
        Assert.Equal(["Stop", "RollbackPoint"], document.RootElement.GetProperty("downtime").EnumerateArray().Select(part => part.GetProperty("action").GetString()));
    }

    [Fact]
    public async Task A_file_that_is_there_is_replaced_only_where_that_is_asked_for()
    {
        using var folder = new TempFolder();
        var file = folder.File("report.html");
        await File.WriteAllTextAsync(file, "mine");

        var failure = await Assert.ThrowsAsync<UpgradeException>(() => new ReportService().ExportAsync(Run(), file, ReportFormat.Html, overwrite: false, default));

        Assert.Equal("ReportExists", failure.ErrorId);
        Assert.Equal("mine", await File.ReadAllTextAsync(file));
        await new ReportService().ExportAsync(Run(), file, ReportFormat.Html, overwrite: true, default);
        Assert.NotEqual("mine", await File.ReadAllTextAsync(file));
    }

    [Fact]
    public async Task A_rehearsal_is_reported_by_its_stops()
    {
        using var folder = new TempFolder();
        var rehearsal = new UpgradeRehearsal
        {
            Deployment = Run().Deployment,
            Path = new UpgradePath { App = "sampleapp", From = AppVersion.Parse("1.0.0"), To = AppVersion.Parse("2.0.0"), Deployment = Run().Deployment },
            Healthy = false,
            StartedOn = DateTimeOffset.UtcNow,
            Problems = ["It failed: " + Nasty],
            Stops = [new RehearsedStop { Order = 1, From = AppVersion.Parse("1.0.0"), To = AppVersion.Parse("2.0.0"), Migrations = ["v2.00-001"], Phases = Run().Steps, InvariantsBefore = Run().InvariantsBefore }],
        };

        var html = await File.ReadAllTextAsync((await new ReportService().ExportAsync(rehearsal, folder.Path, ReportFormat.Html, overwrite: false, default)).Path);

        Assert.DoesNotContain("<script", html, StringComparison.OrdinalIgnoreCase);
        foreach (var text in new[] { "Not healthy", "v2.00-001", "It failed:", "not touched" }) Assert.Contains(text, html, StringComparison.Ordinal);
    }

    private static UpgradeResult Run()
    {
        var start = new DateTimeOffset(2026, 11, 22, 3, 0, 0, TimeSpan.Zero);
        var (from, to) = (AppVersion.Parse("1.0.0"), AppVersion.Parse("2.0.0"));
        return new UpgradeResult
        {
            RunId = "run-1",
            Deployment = new AppDeployment
            {
                Name = "sample",
                App = "sampleapp",
                Url = "http://admin:pa55@127.0.0.1:8090/",
                Settings = new AppHostSettings { Arguments = ["-Dpassword=pa55"], EnvironmentReferences = new Dictionary<string, string> { ["KEY"] = "env:SECRET" } },
            },
            From = from,
            To = to,
            Reached = to,
            Outcome = UpgradeOutcome.Succeeded,
            StartedOn = start,
            EndedOn = start.AddSeconds(9),
            Duration = TimeSpan.FromSeconds(9),
            Downtime = TimeSpan.FromSeconds(4),
            By = "ada@host",
            Message = Nasty,
            Backup = new AppBackup { Id = "sample-20261122", Path = "/backups/" + Nasty, Tables = 4, Rows = 40, Size = 4096, Created = start, ProvenOn = start },
            Steps =
            [
                new UpgradeAction { Order = 1, Id = "Readiness", Title = "Check", Status = UpgradeActionStatus.Done, StartedOn = start, Duration = TimeSpan.FromSeconds(1), Message = "30 checks" },
                new UpgradeAction { Order = 2, Stop = to, Id = "Stop", Title = "Stop " + Nasty, Status = UpgradeActionStatus.Done, StartedOn = start.AddSeconds(2), Duration = TimeSpan.FromSeconds(2.5) },
                new UpgradeAction { Order = 3, Stop = to, Id = "RollbackPoint", Title = "Keep", Status = UpgradeActionStatus.Done, StartedOn = start.AddSeconds(5), Duration = TimeSpan.FromSeconds(1.5) },
            ],
            InvariantsBefore = [new InvariantValue { Name = "users", Value = 3 }],
            InvariantsAfter = [new InvariantValue { Name = "users", Value = 3 }],
            Kept = [new KeptItem { Kind = "Artifact", Location = "/srv/sampleapp.kept", Version = from }],
        };
    }
}
