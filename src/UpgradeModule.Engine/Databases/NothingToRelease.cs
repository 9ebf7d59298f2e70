namespace UpgradeModule.Engine.Databases;

/// <summary>The lock of an engine that has none.</summary>
internal sealed class NothingToRelease : IAsyncDisposable
{
    /// <summary>The one instance.</summary>
    public static NothingToRelease Instance { get; } = new();

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
