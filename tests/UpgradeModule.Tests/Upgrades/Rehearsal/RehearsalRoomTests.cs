using System.Diagnostics;
using UpgradeModule.Engine.Databases;
using UpgradeModule.Tests.Support;
using UpgradeModule.Tests.Upgrades.Faults;
using UpgradeModule.Tests.Upgrades.Live;

namespace UpgradeModule.Tests.Upgrades.Rehearsal;

/// <summary>What a clone of a process can't do: write to anything of the deployment's, call a service of the machine. As root and as anybody else.</summary>
[Collection("Rehearsal")]
public class RehearsalRoomTests(PostgresFixture postgres)
{
    // Debian's nobody: a user that owns nothing and may do nothing.
    private const string Nobody = "65534";

    [SkippableTheory]
    [InlineData(false, false)]
    [InlineData(true, true)]
    public async Task A_clone_writes_nothing_that_is_the_deployments_and_calls_no_service_of_the_machine(bool onPostgres, bool asNobody)
    {
        Require();
        using var elsewhere = new TempFolder();
        File.SetUnixFileMode(elsewhere.Path, (UnixFileMode)0x1FF);
        using var temporary = new OutsideSocket(Path.GetTempPath());
        using var running = new OutsideSocket("/run");
        using var library = new OutsideSocket("/var/lib");
        using var outside = new OutsideListener();
        await using var scene = await StartAsync(onPostgres, elsewhere, $"{outside.Addresses},{temporary.Path},{running.Path},{library.Path}");
        int[] calls = [await outside.CallsAsync(), temporary.Calls, running.Calls, library.Calls];
        Assert.All(calls, count => Assert.True(count > 0, "The deployment itself does not call, so that nothing would be shown."));
        Assert.Equal("1.0.0", (await File.ReadAllTextAsync(elsewhere.File("written"))).Trim());
        Assert.Equal("1.0.0", (await File.ReadAllTextAsync(Path.Combine(scene.Folder, "app", "written"))).Trim());

        // Only the clone tries to write to the live database itself: the deployment has been started before.
        await scene.SetAsync("SAMPLEAPP_WRITES", string.Join(',', elsewhere.File("written"), Path.Combine(scene.Folder, "app", "written"), scene.DatabaseFile, Path.Combine(scene.Folder, "backups", "written"), scene.StorePath));
        await scene.Engine.Backups.TestAsync(await scene.Engine.Backups.BackupAsync(scene.Context, null, default), scene.Context, false, scene.Operation, default);
        if (asNobody) await GiveAsync(scene.Folder);
        var before = RehearsalWorld.Of(scene.Folder);

        var said = await RehearseAsync(scene, asNobody ? AsNobody() : []);

        Assert.True(said.Contains("healthy: True, isolated: True", StringComparison.Ordinal), said);
        int[] callsNow = [await outside.CallsAsync(), temporary.Calls, running.Calls, library.Calls];
        Assert.Equal<int>(calls, callsNow);
        Assert.Equal("1.0.0", (await File.ReadAllTextAsync(elsewhere.File("written"))).Trim());
        var after = RehearsalWorld.Of(scene.Folder);
        foreach (var file in before.Keys.Where(file => !file.StartsWith("store.db", StringComparison.Ordinal) && !file.StartsWith("order-", StringComparison.Ordinal))) Assert.Equal((file, before[file]), (file, after.GetValueOrDefault(file)));
        Assert.False(File.Exists(Path.Combine(scene.Folder, "backups", "written")));
        Assert.Equal("1.0.0", await scene.AnsweredVersionAsync());
        Assert.Empty(RehearsalWorld.Left(Path.Combine(scene.Folder, "app", ".upgrademodule")));
    }

    [SkippableFact]
    public async Task Programs_of_a_covered_folder_are_there_where_the_deployment_lies_in_one_too()
    {
        Require();
        using var elsewhere = new TempFolder();
        using var programs = new TempFolder();
        await using var scene = await StartAsync(false, elsewhere, "127.0.0.1:1");
        var said = await RehearseAsync(scene, ["env", $"PATH={programs.Path}:{Environment.GetEnvironmentVariable("PATH")}"]);
        Assert.True(said.Contains("healthy: True, isolated: True", StringComparison.Ordinal), said);
        Assert.Empty(RehearsalWorld.Left(Path.Combine(scene.Folder, "app", ".upgrademodule")));
    }

    [SkippableFact]
    public async Task A_user_who_may_make_no_room_is_refused_before_anything_is_made_and_let_by_a_switch()
    {
        Require();
        using var elsewhere = new TempFolder();
        await using var scene = await StartAsync(false, elsewhere, "127.0.0.1:1");
        await GiveAsync(scene.Folder);

        // In another root than the machine's nobody may make user namespaces, as on machines whose kernel lets only root make them.
        using var root = new TempFolder();
        string[] forbidden = ["unshare", "--mount", "--", "/bin/sh", "-c", "mount --rbind / \"$1\" && exec chroot \"$@\"", "sh", root.Path, .. AsNobody()];
        var refused = await RehearseAsync(scene, forbidden);
        var allowed = await RehearseAsync(scene, forbidden, allowOutbound: true);

        Assert.True(refused.Contains("IsolationUnavailable", StringComparison.Ordinal), refused);
        Assert.Contains("WARNING The clone of 'sample' can reach others", allowed, StringComparison.Ordinal);
        Assert.True(allowed.Contains("healthy: True, isolated: False", StringComparison.Ordinal), allowed);
        Assert.Empty(RehearsalWorld.Left(Path.Combine(scene.Folder, "app", ".upgrademodule")));
        Assert.Equal("1.0.0", await scene.AnsweredVersionAsync());
    }

    private static string[] AsNobody() => ["setpriv", "--reuid=" + Nobody, "--regid=" + Nobody, "--clear-groups", "--"];

    private static async Task GiveAsync(string folder)
    {
        using var process = Process.Start("chown", ["-R", $"{Nobody}:{Nobody}", folder])!;
        await process.WaitForExitAsync();
        Assert.Equal(0, process.ExitCode);
    }

    private static async Task<string> RehearseAsync(LiveScene scene, IReadOnlyList<string> launcher, bool allowOutbound = false)
    {
        using var process = FaultProcess.Start(scene, new FaultProgram.Order { Verb = "rehearse", AllowOutbound = allowOutbound }, launcher.Count == 0 ? null : launcher);
        var output = process.StandardOutput.ReadToEndAsync();
        var complaints = process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        return await output + await complaints;
    }

    private static void Require() => Skip.IfNot(OperatingSystem.IsLinux() && Environment.IsPrivilegedProcess, "Only root on Linux can be root and others.");

    private async Task<LiveScene> StartAsync(bool onPostgres, TempFolder elsewhere, string calls)
    {
        DatabaseAccess? access = null;
        if (onPostgres)
        {
            postgres.Require();
            access = await postgres.CreateAsync();
        }

        // The second path is beside the artifact: the clone has a copy of that folder.
        return await LiveScene.StartAsync(access, null, scene => [("SAMPLEAPP_CALLS", calls), ("SAMPLEAPP_WRITES", elsewhere.File("written") + "," + Path.Combine(scene.Folder, "app", "written"))]);
    }
}
