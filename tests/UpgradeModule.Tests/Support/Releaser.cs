namespace UpgradeModule.Tests.Support;

/// <summary>Does something when it is disposed.</summary>
internal sealed class Releaser(Action release) : IAsyncDisposable
{
    public ValueTask DisposeAsync()
    {
        release();
        return ValueTask.CompletedTask;
    }
}
