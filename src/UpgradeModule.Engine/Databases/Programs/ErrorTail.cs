namespace UpgradeModule.Engine.Databases.Programs;

/// <summary>Keeps the last lines of a program's error output, without secrets.</summary>
/// <param name="request">The run.</param>
internal sealed class ErrorTail(ProgramRequest request)
{
    private readonly KeptLines _lines = new();

    /// <summary>The lines.</summary>
    public IReadOnlyList<string> Lines
    {
        get
        {
            lock (_lines) return _lines.All;
        }
    }

    /// <summary>Takes a line.</summary>
    /// <param name="line">The line.</param>
    public void Add(string line)
    {
        foreach (var secret in request.Secrets.Where(static secret => secret.Length > 0)) line = line.Replace(secret, "***", StringComparison.Ordinal);
        lock (_lines) _lines.Add(line);
        request.OnError?.Invoke(line);
    }
}
