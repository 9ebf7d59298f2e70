using System.Diagnostics;

namespace UpgradeModule.Tests.Support;

/// <summary>A program that runs beside the tests and is stopped after them. What it says goes to a file.</summary>
public sealed class BackgroundProgram : IAsyncDisposable
{
    private readonly Process _process;
    private readonly string _log;
    private readonly Task _reading;

    private BackgroundProgram(Process process, string log)
    {
        _process = process;
        _log = log;
        _reading = Task.WhenAll(CopyAsync(process.StandardOutput), CopyAsync(process.StandardError));
    }

    public bool HasEnded => _process.HasExited;

    /// <summary>The last lines that it said.</summary>
    public string LastWords
    {
        get
        {
            lock (_log) return File.Exists(_log) ? string.Join(" | ", File.ReadLines(_log).TakeLast(3)) : "";
        }
    }

    /// <summary>Finds a program on the PATH and where Debian keeps an administrator's.</summary>
    public static string? Find(string name) =>
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator).Append("/usr/sbin").Append("/sbin").Where(folder => folder.Length > 0).Select(folder => Path.Combine(folder, name)).FirstOrDefault(File.Exists);

    public static BackgroundProgram Start(string program, IReadOnlyList<string> arguments, string log, IReadOnlyDictionary<string, string>? environment = null)
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true, UseShellExecute = false };
        foreach (var (name, value) in environment ?? new Dictionary<string, string>()) start.Environment[name] = value;
        return new BackgroundProgram(Process.Start(start)!, log);
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            // A daemon stops what it started when it is asked to; killed, it would leave that behind.
            using var ask = Process.Start("kill", ["-TERM", _process.Id.ToString(System.Globalization.CultureInfo.InvariantCulture)]);
            using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(20));
            try
            {
                await _process.WaitForExitAsync(patience.Token);
            }
            catch (OperationCanceledException)
            {
                _process.Kill(entireProcessTree: true);
                await _process.WaitForExitAsync();
            }
        }

        await Task.WhenAny(_reading, Task.Delay(1000));
        _process.Dispose();
    }

    private async Task CopyAsync(StreamReader reader)
    {
        while (await reader.ReadLineAsync() is { } line)
        {
            lock (_log)
            {
                if (Directory.Exists(Path.GetDirectoryName(_log))) File.AppendAllText(_log, line + "\n");
            }
        }
    }
}
