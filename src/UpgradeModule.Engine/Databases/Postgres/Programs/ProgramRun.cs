using System.Diagnostics;
using UpgradeModule.Engine.Databases.Programs;

namespace UpgradeModule.Engine.Databases.Postgres.Programs;

/// <summary>Runs one of PostgreSQL's programs, in the C locale, and ends it when the work is cancelled.</summary>
internal static class ProgramRun
{
    /// <summary>Runs a program that logs in to a database. The password reaches it by a private file, which is gone when this returns.</summary>
    /// <param name="program">Its full path.</param>
    /// <param name="arguments">Its arguments; never a secret.</param>
    /// <param name="logIn">The database and the role.</param>
    /// <param name="onError">Told each line of its error output.</param>
    /// <param name="onOutput">Told each line of its output; <see langword="false"/> ends the reading.</param>
    /// <param name="cancellationToken">Ends the program.</param>
    /// <exception cref="UpgradeException"><c>DatabaseSettingsInvalid</c>: the password can't stand in a pass file.</exception>
    public static async Task<ProgramResult> ExecuteAsync(string program, IReadOnlyList<string> arguments, PostgresLogIn logIn, Action<string>? onError, Func<string, bool>? onOutput, CancellationToken cancellationToken)
    {
        using var pass = PassFile.Write(logIn);
        var environment = logIn.ProgramEnvironment();
        if (pass is not null) environment = new Dictionary<string, string>(environment) { ["PGPASSFILE"] = pass.Path };
        var result = await ExecuteAsync(program, arguments, environment, onError, onOutput, cancellationToken).ConfigureAwait(false);
        return logIn.Credential.Reveal() is { Length: > 0 } password ? result with { Errors = [.. result.Errors.Select(line => line.Replace(password, "***", StringComparison.Ordinal))] } : result;
    }

    /// <summary>Runs a program.</summary>
    /// <param name="program">Its full path.</param>
    /// <param name="arguments">Its arguments; never a secret.</param>
    /// <param name="environment">Variables to set, never a secret; all others that begin with PG are taken away, but for those of TLS certificates.</param>
    /// <param name="onError">Told each line of its error output.</param>
    /// <param name="onOutput">Told each line of its output; <see langword="false"/> ends the reading.</param>
    /// <param name="cancellationToken">Ends the program.</param>
    /// <param name="input">A file that the program reads as its input; without it, the input is empty.</param>
    public static async Task<ProgramResult> ExecuteAsync(string program, IReadOnlyList<string> arguments, IReadOnlyDictionary<string, string> environment, Action<string>? onError, Func<string, bool>? onOutput, CancellationToken cancellationToken, string? input = null)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false, CreateNoWindow = true, WorkingDirectory = Path.GetTempPath() };
        foreach (var name in start.Environment.Keys.Where(name => name.StartsWith("PG", StringComparison.OrdinalIgnoreCase) && !name.StartsWith("PGSSL", StringComparison.OrdinalIgnoreCase)).ToList()) start.Environment.Remove(name);
        start.Environment["LC_ALL"] = "C";
        foreach (var (name, value) in environment) start.Environment[name] = value;
        using var process = Process.Start(start)!;
        var errors = new KeptLines();
        try
        {
            var output = ReadAsync(process.StandardOutput, onOutput ?? (_ => true), cancellationToken);
            var error = ReadAsync(process.StandardError, line =>
            {
                errors.Add(line);
                onError?.Invoke(line);
                return true;
            }, cancellationToken);
            await Task.WhenAll(output, error, FeedAsync(process.StandardInput, input, cancellationToken)).ConfigureAwait(false);
            await process.WaitForExitAsync(cancellationToken).ConfigureAwait(false);
            // Ctrl+C in a terminal ends the program before the token hears of it: that is a stop, not a failure.
            if (process.ExitCode != 0) await Task.Delay(TimeSpan.FromMilliseconds(250), cancellationToken).ConfigureAwait(false);
            return new ProgramResult(process.ExitCode, errors.All);
        }
        finally
        {
            await EndAsync(process).ConfigureAwait(false);
        }
    }

    private static async Task ReadAsync(StreamReader reader, Func<string, bool> onLine, CancellationToken cancellationToken)
    {
        var listening = true;
        // Read to the end in any case: a program whose pipe is full waits for ever.
        while (await reader.ReadLineAsync(cancellationToken).ConfigureAwait(false) is { } line) listening = listening && onLine(line);
    }

    private static async Task FeedAsync(StreamWriter writer, string? file, CancellationToken cancellationToken)
    {
        await using (writer.ConfigureAwait(false))
        {
            if (file is null) return;
            var source = File.OpenRead(file);
            await using (source.ConfigureAwait(false))
            {
                try
                {
                    await source.CopyToAsync(writer.BaseStream, cancellationToken).ConfigureAwait(false);
                }
                catch (IOException)
                {
                    // The program has read all that it wants, or has failed; its exit code tells.
                }
            }
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
