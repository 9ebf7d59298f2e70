namespace UpgradeModule.Tests.Support;

/// <summary>Keeps what an operation tells, and may act on its progress.</summary>
public sealed class RecordingOperation : IOperationContext
{
    private readonly List<string> _lines = [];
    private readonly List<string> _verboses = [];
    private readonly List<string> _warnings = [];
    private readonly List<OperationProgress> _progress = [];

    public Action<OperationProgress>? OnProgress { get; init; }

    public IReadOnlyDictionary<string, string> Secrets { get; init; } = new Dictionary<string, string>();

    public IReadOnlyList<string> Lines
    {
        get { lock (_lines) return [.. _lines]; }
    }

    public IReadOnlyList<string> Verboses
    {
        get { lock (_lines) return [.. _verboses]; }
    }

    public IReadOnlyList<string> Warnings
    {
        get { lock (_lines) return [.. _warnings]; }
    }

    public IReadOnlyList<OperationProgress> ProgressSeen
    {
        get { lock (_lines) return [.. _progress]; }
    }

    public void Verbose(string message) => Keep(message, _verboses);

    public void Warning(string message) => Keep(message, _warnings);

    public void Progress(OperationProgress progress)
    {
        lock (_lines) _progress.Add(progress);
        OnProgress?.Invoke(progress);
    }

    public Task<string> GetSecretAsync(string name, string? vault, CancellationToken cancellationToken) =>
        Secrets.TryGetValue(name, out var value) ? Task.FromResult(value) : throw new UpgradeException("SecretNotFound", UpgradeErrorCategory.ObjectNotFound, name, $"There is no secret '{name}'.");

    private void Keep(string message, List<string> kind)
    {
        lock (_lines)
        {
            _lines.Add(message);
            kind.Add(message);
        }
    }
}
