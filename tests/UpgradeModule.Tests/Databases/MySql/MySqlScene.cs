using UpgradeModule.Engine.Apps;
using UpgradeModule.Engine.Databases;
using UpgradeModule.Engine.Operations;
using UpgradeModule.Tests.Support;

namespace UpgradeModule.Tests.Databases.MySql;

/// <summary>What the tests of MariaDB share.</summary>
[Collection("MariaDb")]
public abstract class MySqlScene(MariaDbFixture server) : IDisposable
{
    protected TempFolder Folder { get; } = new();

    protected MariaDbFixture Server => server;

    protected static CancellationToken None => CancellationToken.None;

    /// <summary>Backs a database up into a folder of its own.</summary>
    protected async Task<(BackupContent Content, DumpResult Result)> BackUpAsync(IAppDatabase database, BackupOptions? options = null, IReadOnlyList<InvariantSpec>? invariants = null, IOperationContext? operation = null)
    {
        var folder = Folder.File("backup" + Guid.NewGuid().ToString("N")[..6]);
        Directory.CreateDirectory(folder);
        var result = await database.DumpAsync(folder, invariants ?? [], options ?? BackupOptions.Default, operation ?? NullOperationContext.Instance, None);
        return (new BackupContent { Directory = folder, Format = result.Format, Files = result.Files, Tables = result.Tables }, result);
    }

    /// <summary>What a kept database would be where it is live: its events, none of which may run as long as it isn't, as if they did.</summary>
    protected async Task<string> AwakeAsync(string kept)
    {
        var text = await Server.TextAsync(kept);
        Assert.DoesNotContain("PRESERVE ENABLE", text, StringComparison.Ordinal);
        return text.Replace("PRESERVE DISABLE", "PRESERVE ENABLE", StringComparison.Ordinal);
    }

    public void Dispose()
    {
        Folder.Dispose();
        GC.SuppressFinalize(this);
    }
}
