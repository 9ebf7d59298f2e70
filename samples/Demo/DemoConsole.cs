namespace UpgradeModule.Samples;

/// <summary>Tells on the console what the engine does.</summary>
internal sealed class DemoConsole(bool verbose) : IOperationContext
{
    private readonly object _gate = new();
    private string _last = "";

    public static void Heading(string text)
    {
        Console.WriteLine();
        Console.WriteLine($"== {text}");
    }

    public static void Line(string text) => Console.WriteLine($"   {text}");

    public void Verbose(string message)
    {
        if (verbose) Line(message);
    }

    public void Warning(string message) => Line($"warning: {message}");

    public void Progress(OperationProgress progress)
    {
        var text = progress.Parent is null ? progress.Status : "";
        lock (_gate)
        {
            if (text.Length == 0 || text == _last || progress.Completed) return;
            _last = text;
        }

        Line($"... {text}");
    }

    public Task<string> GetSecretAsync(string name, string? vault, CancellationToken cancellationToken) =>
        throw new UpgradeException("SecretNotFound", UpgradeErrorCategory.ObjectNotFound, name, "The demo has no vault.");
}
