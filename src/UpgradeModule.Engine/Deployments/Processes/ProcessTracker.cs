using UpgradeModule.Engine.Deployments.Files;
using System.Globalization;
using System.Text;
using UpgradeModule.Engine.Operations;

namespace UpgradeModule.Engine.Deployments.Processes;

/// <summary>Knows which process is a deployment's service, across invocations, and how the last run of it ended.</summary>
internal sealed class ProcessTracker(IProcessSystem system)
{
    /// <summary>How long after a process its exit code may still be on its way.</summary>
    private static readonly TimeSpan ExitCodeDelay = TimeSpan.FromMilliseconds(500);

    /// <summary>Finds the running service: the tracked process, else one that somebody else started with the same command.</summary>
    /// <param name="context">The deployment.</param>
    /// <returns>The process; <see langword="null"/> where none runs.</returns>
    public TrackedProcess? Running(DeploymentContext context)
    {
        var folder = DeploymentFolder.Of(context);
        if (Tracked(folder) is { } tracked && system.Remaining(tracked) is not null) return tracked;
        CommandLine command;
        try
        {
            command = CommandLine.Of(context);
        }
        catch (UpgradeException)
        {
            // Without its program it can't be told what would be looked for; starting it tells what is wrong.
            return null;
        }

        var found = system.Find(command, Others(folder));
        if (found is not null)
        {
            context.Operation.Verbose(string.Create(CultureInfo.InvariantCulture, $"The process {found.ProcessId} runs '{command.Artifact ?? command.Program}' and was not started by this module: it is taken for the service of '{context.Deployment.Name}'."));
        }

        return found;
    }

    /// <summary>Gets the process of the last run that this module started, whether it still runs or not.</summary>
    /// <param name="folder">Where it is tracked.</param>
    /// <exception cref="UpgradeException"><c>PermissionMissing</c>.</exception>
    public static TrackedProcess? Tracked(DeploymentFolder folder)
    {
        try
        {
            return TrackedProcess.Read(folder.ProcessFile);
        }
        catch (UnauthorizedAccessException failure)
        {
            throw folder.Denied(failure);
        }
    }

    /// <summary>Notes that the service is asked to stop, so that its end is no crash.</summary>
    /// <param name="folder">Where it is tracked.</param>
    /// <param name="process">The process.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    public static async Task MarkStoppingAsync(DeploymentFolder folder, TrackedProcess process, CancellationToken cancellationToken)
    {
        folder.Create();
        try
        {
            await PrivateFiles.WriteAsync(folder.StopFile, Encoding.UTF8.GetBytes($"token={process.Token}\nmark={process.StartMark}\n"), cancellationToken).ConfigureAwait(false);
        }
        catch (IOException)
        {
            // On a full disk there is often room for a name yet, and that alone tells the end from a crash.
            await PrivateFiles.Create(folder.StopFile, FileMode.OpenOrCreate).DisposeAsync().ConfigureAwait(false);
        }
    }

    /// <summary>Tells whether a process was asked to stop.</summary>
    /// <param name="folder">Where it is tracked.</param>
    /// <param name="process">The process.</param>
    public static bool WasAskedToStop(DeploymentFolder folder, TrackedProcess process) =>
        TrackedProcess.ReadFields(folder.StopFile) is { } fields && fields.GetValueOrDefault("token") == process.Token && fields.GetValueOrDefault("mark") == process.StartMark;

    /// <summary>Reads the exit code of a process that has ended; waits a moment where it is still being written.</summary>
    /// <param name="folder">Where it is tracked.</param>
    /// <param name="process">The process.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async Task<int?> ExitCodeAsync(DeploymentFolder folder, TrackedProcess process, CancellationToken cancellationToken)
    {
        var until = DateTimeOffset.UtcNow + ExitCodeDelay;
        while (true)
        {
            // First the supervisor, then the file: it ends only after it wrote.
            var coming = system.IsSupervised(process);
            if (TrackedProcess.ReadFields(folder.ExitFile) is { } fields && fields.GetValueOrDefault("token") == process.Token)
            {
                return int.TryParse(fields.GetValueOrDefault("code"), NumberStyles.None, CultureInfo.InvariantCulture, out var code) ? code : null;
            }

            if (!coming || process.Token.Length == 0 || DateTimeOffset.UtcNow > until) return null;
            await Task.Delay(10, cancellationToken).ConfigureAwait(false);
        }
    }

    private HashSet<int> Others(DeploymentFolder folder)
    {
        var others = new HashSet<int>();
        if (!Directory.Exists(folder.Root)) return others;
        foreach (var sibling in Directory.EnumerateDirectories(folder.Root))
        {
            if (sibling == folder.Path) continue;
            try
            {
                if (TrackedProcess.Read(Path.Combine(sibling, "process")) is { } process && system.IsAlive(process)) others.Add(process.ProcessId);
            }
            catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
            {
                // A deployment of another user: its process is not to be known.
            }
        }

        return others;
    }
}
