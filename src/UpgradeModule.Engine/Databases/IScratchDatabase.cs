namespace UpgradeModule.Engine.Databases;

/// <summary>A copy of a backup in a place of its own. Disposing it removes it.</summary>
public interface IScratchDatabase : IAsyncDisposable
{
    /// <summary>The copy.</summary>
    IAppDatabase Database { get; }

    /// <summary>Where it is, for people.</summary>
    string Location { get; }
}
