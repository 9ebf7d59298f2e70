namespace UpgradeModule.Tests.Support;

/// <summary>Sequences for what is asked for asynchronously.</summary>
internal static class AsyncSequences
{
    public static async IAsyncEnumerable<T> ToAsync<T>(this IEnumerable<T> items)
    {
        foreach (var item in items)
        {
            await Task.Yield();
            yield return item;
        }
    }
}
