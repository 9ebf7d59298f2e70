using System.Diagnostics;
using Microsoft.Data.Sqlite;
using UpgradeModule.Engine.State;
using UpgradeModule.Tests.Support;

namespace UpgradeModule.Tests.State;

public sealed class StateStoreTests : IDisposable
{
    private readonly TempFolder _folder = new();

    private string Path => _folder.File("state/store.db");

    private StateStore Store => new(Path);

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Reading_a_store_that_does_not_exist_gives_nothing_and_makes_no_file()
    {
        Assert.Empty(await Store.ListDeploymentsAsync(default));
        Assert.Empty(await Store.ListDefinitionsAsync(default));
        Assert.Empty(await Store.ListRunsAsync(null, default));
        Assert.Empty(await Store.ListBackupsAsync(null, default));
        Assert.False(await Store.RemoveDeploymentAsync("a", default));
        Assert.False(await Store.RemoveDefinitionAsync("a", default));
        await Store.ForgetBackupAsync("/a", default);
        Assert.Empty(Directory.EnumerateFileSystemEntries(_folder.Path));
    }

    [Fact]
    public async Task A_deployment_comes_back_whole()
    {
        var deployment = Samples.Make<AppDeployment>();
        Assert.True(await Store.SaveDeploymentAsync(deployment, replace: false, default));
        Samples.AssertSame(deployment, Assert.Single(await Store.ListDeploymentsAsync(default)));
    }

    [Fact]
    public async Task A_name_is_taken_in_any_case_unless_it_is_to_be_replaced()
    {
        Assert.True(await Store.SaveDeploymentAsync(new AppDeployment { Name = "web", App = "a" }, replace: false, default));
        Assert.False(await Store.SaveDeploymentAsync(new AppDeployment { Name = "WEB", App = "b" }, replace: false, default));
        Assert.Equal("a", Assert.Single(await Store.ListDeploymentsAsync(default)).App);
        Assert.True(await Store.SaveDeploymentAsync(new AppDeployment { Name = "WEB", App = "b" }, replace: true, default));
        Assert.Equal("b", Assert.Single(await Store.ListDeploymentsAsync(default)).App);
        Assert.True(await Store.RemoveDeploymentAsync("Web", default));
        Assert.False(await Store.RemoveDeploymentAsync("web", default));
        Assert.Empty(await Store.ListDeploymentsAsync(default));
    }

    [Fact]
    public async Task Deployments_are_listed_by_name()
    {
        foreach (var name in new[] { "b", "C", "a" }) await Store.SaveDeploymentAsync(new AppDeployment { Name = name }, replace: false, default);
        Assert.Equal(["a", "b", "C"], (await Store.ListDeploymentsAsync(default)).Select(deployment => deployment.Name));
    }

    [Fact]
    public async Task Definitions_are_kept_and_replaced()
    {
        var definition = new StoredDefinition { Name = "app", Json = "{}", Source = "/a.json", RegisteredOn = new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero) };
        await Store.SaveDefinitionAsync(definition, default);
        await Store.SaveDefinitionAsync(definition with { Name = "other" }, default);
        await Store.SaveDefinitionAsync(definition with { Name = "App", Json = "{ }" }, default);
        var all = await Store.ListDefinitionsAsync(default);
        Assert.Equal(definition with { Name = "App", Json = "{ }" }, all[0]);
        Assert.Equal(2, all.Count);
        Assert.True(await Store.RemoveDefinitionAsync("APP", default));
        Assert.Equal("other", Assert.Single(await Store.ListDefinitionsAsync(default)).Name);
    }

    [Fact]
    public async Task Runs_are_listed_newest_first_whatever_their_offset()
    {
        var noon = new DateTimeOffset(2026, 1, 2, 12, 0, 0, TimeSpan.Zero);
        await Store.SaveRunAsync(new StoredRun { RunId = "1", Deployment = "a", StartedOn = noon, Json = "one" }, default);
        await Store.SaveRunAsync(new StoredRun { RunId = "2", Deployment = "b", StartedOn = noon.AddMinutes(1).ToOffset(TimeSpan.FromHours(-9)), Json = "two" }, default);
        await Store.SaveRunAsync(new StoredRun { RunId = "3", Deployment = "a", StartedOn = noon.AddMinutes(-1).ToOffset(TimeSpan.FromHours(9)), Json = "three" }, default);
        await Store.SaveRunAsync(new StoredRun { RunId = "1", Deployment = "a", StartedOn = noon, Json = "one, changed" }, default);
        Assert.Equal(["two", "one, changed", "three"], (await Store.ListRunsAsync(null, default)).Select(run => run.Json));
        Assert.Equal(["1", "3"], (await Store.ListRunsAsync("A", default)).Select(run => run.RunId));
        Assert.Equal(noon, (await Store.ListRunsAsync("a", default))[0].StartedOn);
    }

    [Fact]
    public async Task Backups_are_remembered_and_forgotten()
    {
        await Store.RememberBackupAsync("/b/1", "a", default);
        await Task.Delay(2);
        await Store.RememberBackupAsync("/b/2", "b", default);
        await Task.Delay(2);
        await Store.RememberBackupAsync("/b/1", "a", default);
        Assert.Equal(["/b/1", "/b/2"], await Store.ListBackupsAsync(null, default));
        await Store.ForgetBackupAsync("/b/1", default);
        Assert.Empty(await Store.ListBackupsAsync("a", default));
        Assert.Equal(["/b/2"], await Store.ListBackupsAsync("b", default));
    }

    [SkippableFact]
    public async Task The_file_and_its_folder_are_private()
    {
        Skip.If(OperatingSystem.IsWindows(), "Unix rights");
        await Store.RememberBackupAsync("/b/1", "a", default);
        using var open = new SqliteConnection($"Data Source={Path};Pooling=False");
        open.Open();
        await Store.RememberBackupAsync("/b/2", "a", default);
        Assert.Equal("700", UnixRights.Of(System.IO.Path.GetDirectoryName(Path)!));
        var files = Directory.GetFiles(System.IO.Path.GetDirectoryName(Path)!);
        Assert.NotEmpty(files);
        Assert.All(files, file => Assert.Equal("600", UnixRights.Of(file)));
    }

    [Fact]
    public async Task Several_writers_at_once_lose_nothing()
    {
        await Task.WhenAll(Enumerable.Range(0, 8).Select(writer => Task.Run(async () =>
        {
            var store = Store;
            for (var i = 0; i < 10; i++) await store.SaveRunAsync(new StoredRun { RunId = $"{writer}-{i}", Deployment = "a", Json = "{}" }, default);
        })));
        Assert.Equal(80, (await Store.ListRunsAsync(null, default)).Count);
    }

    [SkippableFact]
    public async Task Writers_in_other_processes_lose_nothing_either()
    {
        Skip.IfNot(File.Exists("/usr/bin/sqlite3"), "there is no sqlite3 here");
        await Store.RememberBackupAsync("/b/0", "a", default);
        var others = Enumerable.Range(1, 3).Select(writer =>
        {
            var script = string.Concat(Enumerable.Range(0, 40).Select(i => $"BEGIN IMMEDIATE; INSERT INTO backups VALUES ('/{writer}/{i}', 'a', 'x'); COMMIT;\n"));
            var start = new ProcessStartInfo("/usr/bin/sqlite3", ["-cmd", ".timeout 30000", Path, script]) { RedirectStandardError = true };
            return Process.Start(start)!;
        }).ToList();
        for (var i = 1; i < 40; i++) await Store.RememberBackupAsync($"/b/{i}", "a", default);
        foreach (var other in others)
        {
            await other.WaitForExitAsync();
            Assert.Equal("", await other.StandardError.ReadToEndAsync());
            other.Dispose();
        }

        Assert.Equal(160, (await Store.ListBackupsAsync(null, default)).Count);
    }

    [Fact]
    public async Task A_store_of_a_newer_module_is_refused_and_untouched()
    {
        await Store.RememberBackupAsync("/b/1", "a", default);
        Run("PRAGMA user_version = 99");
        var before = File.ReadAllBytes(Path);
        foreach (var failure in new[]
        {
            await Assert.ThrowsAsync<UpgradeException>(() => Store.ListBackupsAsync(null, default)),
            await Assert.ThrowsAsync<UpgradeException>(() => Store.RememberBackupAsync("/b/2", "a", default)),
        })
        {
            Assert.Equal("StoreTooNew", failure.ErrorId);
            Assert.Equal(Path, failure.Target);
        }

        Assert.Equal(before, File.ReadAllBytes(Path));
    }

    [Theory]
    [InlineData("this is no database, and long enough for SQLite to look at its header; this is no database, and long enough for it")]
    [InlineData("short")]
    public async Task A_file_that_is_no_store_is_refused_and_untouched(string content)
    {
        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(Path)!);
        File.WriteAllText(Path, content);
        Assert.Equal("StoreCorrupt", (await Assert.ThrowsAsync<UpgradeException>(() => Store.ListDeploymentsAsync(default))).ErrorId);
        Assert.Equal("StoreCorrupt", (await Assert.ThrowsAsync<UpgradeException>(() => Store.RememberBackupAsync("/b", "a", default))).ErrorId);
        Assert.Equal(content, File.ReadAllText(Path));
    }

    [Fact]
    public async Task A_damaged_store_is_told()
    {
        for (var i = 0; i < 50; i++) await Store.SaveRunAsync(new StoredRun { RunId = $"{i}", Json = new string('x', 2000) }, default);
        using (var file = File.OpenWrite(Path))
        {
            file.Position = 4096;
            file.Write(new byte[file.Length - 4096]);
        }

        Assert.Equal("StoreCorrupt", (await Assert.ThrowsAsync<UpgradeException>(() => Store.ListRunsAsync(null, default))).ErrorId);
    }

    [Fact]
    public async Task A_document_that_can_not_be_read_is_told_with_its_name()
    {
        await Store.SaveDeploymentAsync(new AppDeployment { Name = "web" }, replace: false, default);
        Run("UPDATE deployments SET document = '{\"name\":'");
        var failure = await Assert.ThrowsAsync<UpgradeException>(() => Store.ListDeploymentsAsync(default));
        Assert.Equal("StoreCorrupt", failure.ErrorId);
        Assert.Contains("'web'", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_database_of_another_program_is_refused_and_untouched()
    {
        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(Path)!);
        Run("CREATE TABLE theirs (id INTEGER)");
        var before = File.ReadAllBytes(Path);
        Assert.Equal("StoreCorrupt", (await Assert.ThrowsAsync<UpgradeException>(() => Store.RememberBackupAsync("/b", "a", default))).ErrorId);
        Assert.Equal(before, File.ReadAllBytes(Path));
    }

    [Fact]
    public async Task An_empty_file_is_a_store_without_anything()
    {
        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(Path)!);
        File.WriteAllBytes(Path, []);
        Assert.Empty(await Store.ListDeploymentsAsync(default));
        await Store.RememberBackupAsync("/b", "a", default);
        Assert.Single(await Store.ListBackupsAsync(null, default));
    }

    [Fact]
    public async Task A_place_that_can_not_be_written_is_named_with_the_alternatives()
    {
        File.WriteAllText(_folder.File("file"), "");
        var store = new StateStore(_folder.File("file/store.db"));
        var failure = await Assert.ThrowsAsync<UpgradeException>(() => store.RememberBackupAsync("/b", "a", default));
        Assert.Equal("StoreNotWritable", failure.ErrorId);
        Assert.Equal(UpgradeErrorCategory.PermissionDenied, failure.Category);
        Assert.Contains(store.Path, failure.Message, StringComparison.Ordinal);
        Assert.Contains("-StorePath", failure.Message, StringComparison.Ordinal);
        Assert.Contains("UPGRADEMODULE_STORE", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_folder_in_the_place_of_the_file_is_told()
    {
        Directory.CreateDirectory(Path);
        Assert.Equal("StoreNotWritable", (await Assert.ThrowsAsync<UpgradeException>(() => Store.ListDeploymentsAsync(default))).ErrorId);
    }

    [Fact]
    public async Task A_cancelled_write_changes_nothing()
    {
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Store.RememberBackupAsync("/b", "a", new CancellationToken(canceled: true)));
        Assert.Empty(Directory.EnumerateFileSystemEntries(_folder.Path));
    }

    private void Run(string sql)
    {
        using var connection = new SqliteConnection($"Data Source={Path};Pooling=False");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }
}
