using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;

namespace UpgradeModule.Engine.Deployments.Commands;

/// <summary>
/// Runs a command once as a process of this machine, waits for its end, and keeps its output, without secrets, in the deployment's log. A
/// command that is cancelled or takes too long is ended with all that it started: nothing of it may go on writing to the database.
/// </summary>
internal static class OneOffProcess
{
    private const int KeptLines = 200;
    private const int ShownLines = 15;
    private static readonly TimeSpan LastWords = TimeSpan.FromSeconds(5);

    /// <summary>Runs it.</summary>
    /// <param name="plan">What to run.</param>
    /// <param name="output">Told each line.</param>
    /// <param name="cancellationToken">Ends the command.</param>
    /// <exception cref="UpgradeException"><c>CommandFailed</c>: it could not be started. <c>CommandTimeout</c>.</exception>
    public static async Task<CommandOutcome> RunAsync(OneOffPlan plan, IProgress<string>? output, CancellationToken cancellationToken)
    {
        var watch = Stopwatch.StartNew();
        var log = OpenLog(plan);
        await using (log.ConfigureAwait(false))
        {
            var lines = new OutputLines(plan.Redactor, log, output, KeptLines);
            using var process = Start(plan);
            process.StandardInput.Close();
            var reading = Task.WhenAll(lines.ReadAsync(process.StandardOutput), lines.ReadAsync(process.StandardError));
            using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            limit.CancelAfter(plan.Timeout);
            try
            {
                await process.WaitForExitAsync(limit.Token).ConfigureAwait(false);
            }
            catch (OperationCanceledException)
            {
                process.Kill(entireProcessTree: true);
                await process.WaitForExitAsync(CancellationToken.None).ConfigureAwait(false);
                await FinishAsync(reading).ConfigureAwait(false);
                cancellationToken.ThrowIfCancellationRequested();
                throw TimedOut(plan, lines);
            }

            await FinishAsync(reading).ConfigureAwait(false);
            return new CommandOutcome { ExitCode = process.ExitCode, Duration = watch.Elapsed, Output = lines.Last(KeptLines), LogPath = plan.Log };
        }
    }

    // What the command left running may hold its output open for ever.
    private static async Task FinishAsync(Task reading) => await Task.WhenAny(reading, Task.Delay(LastWords)).ConfigureAwait(false);

    private static Process Start(OneOffPlan plan)
    {
        var start = new ProcessStartInfo(plan.Program, plan.Arguments)
        {
            WorkingDirectory = plan.WorkingDirectory,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
            CreateNoWindow = true,
        };
        start.Environment.Clear();
        foreach (var (name, value) in plan.Environment) start.Environment[name] = value;
        start.Environment[LeftProcesses.Variable] = plan.Mark;
        try
        {
            return Process.Start(start)!;
        }
        catch (Exception failure) when (failure is Win32Exception or IOException)
        {
            throw new UpgradeException(
                "CommandFailed", UpgradeErrorCategory.InvalidOperation, plan.Program,
                $"The command for {plan.Purpose} of '{plan.Deployment}' could not be started: {failure.Message}",
                $"Check that '{plan.Program}' can be run and that the working directory '{plan.WorkingDirectory}' exists.", failure);
        }
    }

    private static StreamWriter OpenLog(OneOffPlan plan)
    {
        if (plan.Log is null) return StreamWriter.Null;
        try
        {
            if (Path.GetDirectoryName(plan.Log) is { Length: > 0 } folder) Directory.CreateDirectory(folder);
            return new StreamWriter(new FileStream(plan.Log, FileMode.Append, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete)) { AutoFlush = true };
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new UpgradeException("CommandFailed", UpgradeErrorCategory.WriteError, plan.Log, $"The log '{plan.Log}', to which the output of {plan.Purpose} of '{plan.Deployment}' goes, can't be written: {failure.Message}", "Check the deployment's log path.", failure);
        }
    }

    private static UpgradeException TimedOut(OneOffPlan plan, OutputLines lines) => new(
        "CommandTimeout", UpgradeErrorCategory.OperationTimeout, plan.Deployment,
        string.Create(CultureInfo.InvariantCulture, $"The command for {plan.Purpose} of '{plan.Deployment}' had not ended after {plan.Timeout.TotalSeconds:0.#} seconds and was ended."),
        "See its output; give it longer with -Timeout.")
    {
        Detail = string.Join(Environment.NewLine, lines.Last(ShownLines)),
    };
}
