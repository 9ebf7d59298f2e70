using UpgradeModule.Engine.Apps;
using UpgradeModule.Engine.Readiness;
using UpgradeModule.Tests.Support;

namespace UpgradeModule.Tests.Readiness;

/// <summary>Checks of what the application is given: keys, settings, arguments, a database file.</summary>
public sealed class ReadinessSettingsTests : IDisposable
{
    private const string Key = "a key of sixteen or more";
    private static readonly AppBackup Newest = new() { Id = "app-20260101", Created = new DateTimeOffset(2026, 1, 1, 8, 0, 0, TimeSpan.Zero) };
    private readonly ReadinessScene _scene = new();

    [Fact]
    public async Task A_key_that_is_the_one_of_the_newest_backup_is_fine()
    {
        _scene.Settings.Set("APP_KEY", Key, "env");
        _scene.LastKey = new KeyMemory(Newest, HadKey: true, Same: true);

        Assert.True((await _scene.CheckAsync()).Ready);
    }

    [Fact]
    public async Task A_key_that_is_another_one_than_at_the_newest_backup_is_a_blocker()
    {
        _scene.Settings.Set("APP_KEY", Key, "env");
        _scene.LastKey = new KeyMemory(Newest, HadKey: true, Same: false);

        var blocker = Blocked(await _scene.CheckAsync(), "EncryptionKey", "another one");

        Assert.Contains("app-20260101 of 2026-01-01 08:00 UTC", blocker.Message);
        Assert.DoesNotContain(Key, blocker.ToString() + blocker.Remedy);
    }

    [Fact]
    public async Task A_key_that_is_gone_since_the_newest_backup_is_a_blocker()
    {
        _scene.LastKey = new KeyMemory(Newest, HadKey: true, Same: null);

        Blocked(await _scene.CheckAsync(), "EncryptionKey", "APP_KEY is not set, and it was");
    }

    [Fact]
    public async Task A_key_that_is_new_since_the_newest_backup_is_a_warning()
    {
        _scene.Settings.Set("APP_KEY", Key, "env");
        _scene.LastKey = new KeyMemory(Newest, HadKey: false, Same: null);

        var result = await _scene.CheckAsync();

        Assert.True(result.Ready);
        Assert.Contains("encrypts what it stores", Assert.Single(result.Warnings).Message);
    }

    [Fact]
    public async Task An_empty_key_is_a_warning_only_where_the_newest_backup_was_without_one()
    {
        _scene.Settings.Set("APP_KEY", "", "env");
        Blocked(await _scene.CheckAsync(), "EncryptionKey", "empty");
        _scene.LastKey = new KeyMemory(Newest, HadKey: true, Same: null);
        Blocked(await _scene.CheckAsync(), "EncryptionKey", "empty");
        _scene.LastKey = new KeyMemory(Newest, HadKey: false, Same: null);

        var result = await _scene.CheckAsync();

        Assert.True(result.Ready);
        Assert.Equal("EncryptionKey", Assert.Single(result.Warnings).Check);
    }

    [Theory]
    [InlineData("no", null, true)]
    [InlineData("yes", null, false)]
    [InlineData("no", "2.0.0", false)]
    [InlineData("no", "1.1.0", true)]
    public async Task A_setting_with_which_upgrades_fail_is_a_blocker_without_its_value(string value, string? from, bool blocked)
    {
        _scene.Settings.Set("APP_MIGRATE", value + " planted", "app.env");
        _scene.Spec = _scene.Spec with { Settings = _scene.Spec.Settings with { Obstacles = [new ObstacleSpec { Name = "APP_MIGRATE", Pattern = "^no\\b", From = from, Message = "It doesn't migrate.", Remedy = "Remove it." }] } };

        var result = await _scene.CheckAsync();

        Assert.Equal(!blocked, result.Ready);
        if (!blocked) return;
        var blocker = Blocked(result, "Settings", "APP_MIGRATE (app.env): It doesn't migrate.");
        Assert.Equal("Remove it.", blocker.Remedy);
        Assert.DoesNotContain("planted", blocker.Message);
    }

    [Fact]
    public async Task A_setting_that_another_one_makes_harmless_is_none()
    {
        _scene.Settings.Set("OLD_HOST", "db", "app.env");
        _scene.Spec = _scene.Spec with { Settings = _scene.Spec.Settings with { Obstacles = [new ObstacleSpec { Name = "OLD_HOST", Unless = ["NEW_HOST", "NEW_URI"], Message = "It isn't read any more.", Warning = true }] } };
        Assert.Equal("Settings", Assert.Single((await _scene.CheckAsync()).Warnings).Check);
        _scene.Settings.Set("NEW_URI", "db", "app.env");
        Assert.Empty((await _scene.CheckAsync()).Warnings);
    }

    [Theory]
    [InlineData("postgresql://10.0.0.1:5432/postgres?user=u@server&password=x&ssl=true", true)]
    [InlineData("jdbc:postgresql://db/metabase?password=p@ss", true)]
    [InlineData("postgresql://10.0.0.1:5432/postgres?user=u%40server&password=x&ssl=true", false)]
    [InlineData("postgres://user:secret@db:5432/metabase", false)]
    [InlineData("postgres://user:secret@db:5432/metabase?ApplicationName=a@b", false)]
    [InlineData("jdbc:postgresql://db:5432/metabase?user=u&password=x", false)]
    public async Task An_at_sign_after_the_question_mark_of_Metabases_address_is_a_blocker(string address, bool blocked)
    {
        _scene.Settings.Set("MB_DB_CONNECTION_URI", address, "metabase.env");
        var obstacles = Apps.Definitions.Metabase.Settings.Obstacles.Where(obstacle => obstacle.Message.Contains('@', StringComparison.Ordinal)).Select(obstacle => obstacle with { From = null });
        _scene.Spec = _scene.Spec with { Settings = _scene.Spec.Settings with { Obstacles = [.. obstacles] } };

        var result = await _scene.CheckAsync();

        Assert.Equal(blocked ? ["Settings"] : [], result.Blockers.Select(blocker => blocker.Check));
        Assert.DoesNotContain(result.Blockers, blocker => blocker.Message.Contains(address, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("-jar", false)]
    [InlineData("--add-opens=java.base/java.nio=ALL-UNNAMED", true)]
    public async Task Arguments_that_a_stop_wants_and_are_not_given_are_a_warning(string given, bool fine)
    {
        _scene.Deployment = _scene.Deployment with { Settings = _scene.Deployment.Settings with { Arguments = [given, "{artifact}"] } };
        _scene.Path = ReadinessScene.PathTo("1.1.0", new RuntimeRequirement { Name = "java", Arguments = ["--add-opens", "java.base/java.nio=ALL-UNNAMED"] });

        var result = await _scene.CheckAsync();

        Assert.True(result.Ready);
        Assert.Equal(fine ? [] : ["RuntimeArguments"], result.Warnings.Select(warning => warning.Check));
        _scene.Settings.Set("JDK_JAVA_OPTIONS", "--add-opens java.base/java.nio=ALL-UNNAMED", "env");
        Assert.Empty((await _scene.CheckAsync()).Warnings);
    }

    [SkippableFact]
    public async Task An_h2_file_that_somebody_else_has_open_is_a_blocker()
    {
        Skip.IfNot(OperatingSystem.IsLinux(), "Who holds a file is known on Linux only.");
        var file = Path.Combine(_scene.Folder, "metabase.db.mv.db");
        await File.WriteAllTextAsync(file, "H:2,format:2");
        _scene.Deployment = _scene.Deployment with { Database = new DatabaseTarget { Engine = DatabaseEngine.H2, Path = file } };
        using var holder = System.Diagnostics.Process.Start(new System.Diagnostics.ProcessStartInfo("sh", ["-c", $"exec 3<'{file}'; echo; read line"]) { RedirectStandardInput = true, RedirectStandardOutput = true })!;
        await holder.StandardOutput.ReadLineAsync();
        try
        {
            var blocker = Assert.Single((await _scene.CheckAsync()).Blockers, blocker => blocker.Check == "DatabaseFile");

            Assert.Contains(FormattableString.Invariant($"process {holder.Id} "), blocker.Message);
        }
        finally
        {
            holder.StandardInput.Close();
            await holder.WaitForExitAsync();
        }

        Assert.DoesNotContain((await _scene.CheckAsync()).Blockers, blocker => blocker.Check == "DatabaseFile");
        File.Delete(file);
        Assert.Contains("begin with an empty one", Assert.Single((await _scene.CheckAsync()).Blockers, blocker => blocker.Check == "DatabaseFile").Message);
    }

    public void Dispose() => _scene.Dispose();

    private static Blocker Blocked(ReadinessResult result, string check, string text)
    {
        var found = Assert.Single(result.Blockers);
        Assert.Equal(check, found.Check);
        Assert.Contains(text, found.Message);
        return found;
    }
}
