namespace UpgradeModule.Tests.Upgrades.Faults.Strikes;

/// <summary>The files of the newest backup change behind the run's back.</summary>
/// <param name="cut">Whether they are cut to half of their size; else a byte in their middle changes.</param>
internal sealed class BackupDamagedStrike(bool cut) : Strike(cut ? "backup cut to half" : "backup with a changed byte")
{
    private readonly List<(string File, byte[] Before)> _before = [];

    public override Task BlowAsync(IFaultScene scene)
    {
        foreach (var file in Data(scene.Context.Deployment.BackupPath!))
        {
            var bytes = File.ReadAllBytes(file);
            _before.Add((file, [.. bytes]));
            File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite);
            if (cut) bytes = bytes[..(bytes.Length / 2)];
            else bytes[bytes.Length / 2] ^= 0x55;
            File.WriteAllBytes(file, bytes);
        }

        Assert.NotEmpty(_before);
        return Task.CompletedTask;
    }

    /// <summary>The good files come back, as from tape.</summary>
    public override Task MendAsync(IFaultScene scene)
    {
        foreach (var (file, bytes) in _before.Where(one => Directory.Exists(Path.GetDirectoryName(one.File)))) File.WriteAllBytes(file, bytes);
        return Task.CompletedTask;
    }

    /// <summary>The data files of the newest backup, the biggest first.</summary>
    public static IReadOnlyList<string> Data(string destination)
    {
        var newest = Directory.GetFiles(destination, "manifest.json", SearchOption.AllDirectories).MaxBy(File.GetLastWriteTimeUtc)!;
        var folder = Path.GetDirectoryName(newest)!;
        return [.. Directory.GetFiles(folder, "*", SearchOption.AllDirectories).Where(file => file.StartsWith(Path.Combine(folder, "data"), StringComparison.Ordinal)).OrderByDescending(file => new FileInfo(file).Length)];
    }
}
