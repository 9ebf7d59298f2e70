using System.Diagnostics;

namespace UpgradeModule.Tests.Backups;

/// <summary>A process that is really killed in the midst of a backup.</summary>
public sealed class BackupKillTests : IDisposable
{
    private readonly BackupScene _scene = new();

    public void Dispose() => _scene.Dispose();

    /// <summary>What the second process does: it begins a backup and tells its folder as soon as data is in it.</summary>
    internal static async Task<int> RunAsync(string destination)
    {
        using var scene = new BackupScene();
        scene.Database.OnDump = async folder =>
        {
            Console.WriteLine(folder);
            await Task.Delay(Timeout.Infinite);
        };
        await scene.Service.BackupAsync(scene.Context, destination, default);
        return 0;
    }

    [Fact]
    public async Task What_a_killed_backup_leaves_is_hidden_no_backup_and_swept_by_the_next_one()
    {
        using var process = Process.Start(new ProcessStartInfo("dotnet", ["exec", "--roll-forward", "Major", typeof(BackupKillTests).Assembly.Location, "backup", _scene.Destination]) { RedirectStandardOutput = true })!;
        try
        {
            var partial = (await process.StandardOutput.ReadLineAsync())!;
            Assert.True(File.Exists(Path.Combine(partial, "data", "rows.txt")));

            // As long as it lives, it is left alone.
            var first = await _scene.BackupAsync();
            Assert.True(Directory.Exists(partial));
            process.Kill();
            await process.WaitForExitAsync();

            Assert.Equal([Path.GetFileName(first.Path)], Directory.GetFileSystemEntries(_scene.Destination).Select(name => Path.GetFileName(name)!).Where(name => name[0] != '.'));
            Assert.Equal([first.Id], (await _scene.Service.ListAsync(new Engine.Backups.BackupQuery { Path = _scene.Destination }, _scene.Operation, default)).Select(backup => backup.Id));
            var second = await _scene.BackupAsync();
            Assert.Equal([first.Path, second.Path], Directory.GetFileSystemEntries(_scene.Destination).Order(StringComparer.Ordinal).OrderBy(path => path == second.Path));
        }
        finally
        {
            if (!process.HasExited) process.Kill();
        }
    }
}
