using System.ComponentModel;
using System.Diagnostics;

namespace UpgradeModule.Engine.Databases.Programs;

/// <summary>Programs of this machine, which run in the C locale and end when the work is cancelled.</summary>
internal sealed class LocalPrograms : IProgramPlace
{
    private const int NoProgram = 127;
    private static readonly TimeSpan s_patience = TimeSpan.FromMilliseconds(250);

    /// <inheritdoc/>
    public string Description => "this machine";

    /// <inheritdoc/>
    public bool IsContainer => false;

    /// <summary>Folders to look into after those of the PATH.</summary>
    public IReadOnlyList<string> Folders { get; init; } = [];

    /// <inheritdoc/>
    public Task<IReadOnlyList<string>> FindAsync(string name, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var file = OperatingSystem.IsWindows() ? name + ".exe" : name;
        var folders = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries).Concat(Folders);
        return Task.FromResult<IReadOnlyList<string>>([.. folders.Select(folder => Path.Combine(folder.Trim('"'), file)).Distinct().Where(File.Exists)]);
    }

    /// <inheritdoc/>
    public Task<(string Host, int Port)> AddressAsync(DatabaseTarget target, int usualPort, CancellationToken cancellationToken) => Task.FromResult((target.Server ?? "localhost", target.Port ?? usualPort));

    /// <inheritdoc/>
    public async Task<ProgramOutcome> RunAsync(ProgramRequest request, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        using var secret = request.Private is null ? null : PrivateFile.Write(request.Private, request.PrivateSuffix);
        string Fill(string text) => secret is null ? text : text.Replace(ProgramRequest.PrivatePath, secret.Path, StringComparison.Ordinal);
        var start = new ProcessStartInfo(request.Program, request.Arguments.Select(Fill)) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false, CreateNoWindow = true, WorkingDirectory = Path.GetTempPath() };
        foreach (var name in start.Environment.Keys.Where(name => request.Hidden.Any(hidden => name.StartsWith(hidden, StringComparison.OrdinalIgnoreCase))).ToList()) start.Environment.Remove(name);
        start.Environment["LC_ALL"] = "C";
        foreach (var (name, value) in request.Environment) start.Environment[name] = Fill(value);
        Process process;
        try
        {
            process = Process.Start(start)!;
        }
        catch (Win32Exception failure)
        {
            return new ProgramOutcome(NoProgram, [failure.Message]);
        }

        using (process) return await FollowAsync(process, request, cancellationToken).ConfigureAwait(false);
    }

    private static async Task<ProgramOutcome> FollowAsync(Process process, ProgramRequest request, CancellationToken cancellationToken)
    {
        var errors = new ErrorTail(request);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        using var over = CancellationTokenSource.CreateLinkedTokenSource(stop.Token);
        var output = OutputAsync(process, request.Output, stop.Token);
        var complaints = ErrorsAsync(process.StandardError, errors, stop.Token);
        var input = InputAsync(process, request.Input, over.Token);
        try
        {
            // What fails first is what is told, and it ends the others at once.
            await (await Task.WhenAny(output, input).ConfigureAwait(false)).ConfigureAwait(false);
            await output.ConfigureAwait(false);
            await complaints.ConfigureAwait(false);
            await process.WaitForExitAsync(cancellationToken).ConfigureAwait(false);
            await over.CancelAsync().ConfigureAwait(false);
            await input.ConfigureAwait(false);
            // Ctrl+C in a terminal ends the program before the token hears of it: that is a stop, not a failure.
            if (process.ExitCode != 0) await Task.Delay(s_patience, cancellationToken).ConfigureAwait(false);
            return new ProgramOutcome(process.ExitCode, errors.Lines);
        }
        finally
        {
            await stop.CancelAsync().ConfigureAwait(false);
            await EndAsync(process).ConfigureAwait(false);
            await Task.WhenAll(output, input, complaints).ContinueWith(static _ => { }, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default).ConfigureAwait(false);
        }
    }

    private static async Task OutputAsync(Process process, Func<Stream, CancellationToken, Task>? read, CancellationToken cancellationToken)
    {
        var stream = process.StandardOutput.BaseStream;
        if (read is not null) await read(stream, cancellationToken).ConfigureAwait(false);
        // Read to the end in any case: a program whose pipe is full waits for ever.
        await stream.CopyToAsync(Stream.Null, cancellationToken).ConfigureAwait(false);
    }

    private static async Task ErrorsAsync(StreamReader reader, ErrorTail errors, CancellationToken cancellationToken)
    {
        while (await reader.ReadLineAsync(cancellationToken).ConfigureAwait(false) is { } line) errors.Add(line);
    }

    private static async Task InputAsync(Process process, Func<Stream, CancellationToken, Task>? write, CancellationToken cancellationToken)
    {
        var pipe = process.StandardInput.BaseStream;
        try
        {
            await using (pipe.ConfigureAwait(false))
            {
                if (write is not null) await write(new Containers.Streams.CommandInput(pipe), cancellationToken).ConfigureAwait(false);
            }
        }
        catch (Exception failure) when (failure is Containers.Streams.InputEndedException or OperationCanceledException)
        {
            // The program has read all that it wants, or has ended; its exit code tells.
        }
    }

    private static async Task EndAsync(Process process)
    {
        if (process.HasExited) return;
        try
        {
            process.Kill(entireProcessTree: true);
            await process.WaitForExitAsync(CancellationToken.None).ConfigureAwait(false);
        }
        catch (InvalidOperationException)
        {
            // It ended by itself in between.
        }
    }
}
