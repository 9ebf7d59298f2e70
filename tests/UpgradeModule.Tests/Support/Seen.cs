namespace UpgradeModule.Tests.Support;

/// <summary>Keeps what it is told, at once and in order.</summary>
public sealed class Seen<T> : IProgress<T>
{
    private readonly List<T> _all = [];

    public IReadOnlyList<T> All
    {
        get
        {
            lock (_all) return [.. _all];
        }
    }

    public void Report(T value)
    {
        lock (_all) _all.Add(value);
    }
}
