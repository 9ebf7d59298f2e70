using UpgradeModule.Engine.Operations;

namespace UpgradeModule.Engine.Deployments.Commands;

/// <summary>Gathers the lines of a command's output: into its log, to who wants to be told, and the last ones in memory. No secret gets through.</summary>
internal sealed class OutputLines(SecretRedactor redactor, TextWriter log, IProgress<string>? output, int kept)
{
    private readonly Queue<string> _lines = new();
    private readonly object _turn = new();

    /// <summary>Reads until the end.</summary>
    /// <param name="reader">The output.</param>
    public async Task ReadAsync(TextReader reader)
    {
        while (await reader.ReadLineAsync().ConfigureAwait(false) is { } line)
        {
            var clean = redactor.Redact(line);
            lock (_turn)
            {
                _lines.Enqueue(clean);
                if (_lines.Count > kept) _lines.Dequeue();
                Write(clean);
            }

            output?.Report(clean);
        }
    }

    /// <summary>The last lines.</summary>
    /// <param name="count">How many at most.</param>
    public IReadOnlyList<string> Last(int count)
    {
        lock (_turn) return [.. _lines.TakeLast(count)];
    }

    private void Write(string line)
    {
        try
        {
            log.WriteLine(line);
        }
        catch (Exception failure) when (failure is IOException or ObjectDisposedException)
        {
            // A full disk must not hold the command up: it would wait for ever to be read.
        }
    }
}
