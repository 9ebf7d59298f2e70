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

        var siblings = Siblings(folder);
        var found = system.Find(command, [.. siblings.Where(static sibling => !sibling.Released).Select(static sibling => sibling.Process.ProcessId)]);

        // Of one that was started under a name that is no more, the record of its start knows more than can be seen of it.
        if (found is not null && siblings.FirstOrDefault(sibling => sibling.Process.ProcessId == found.ProcessId).Process is { } known) return known;
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

    /// <summary>Notes that a deployment is registered, or is no more. Where it never ran from here, there is nothing to note.</summary>
    /// <param name="folder">Where it is tracked.</param>
    /// <param name="registered">Whether it is registered.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    public static async Task NoteRegistrationAsync(DeploymentFolder folder, bool registered, CancellationToken cancellationToken)
    {
        if (registered && File.Exists(folder.ReleasedFile)) File.Delete(folder.ReleasedFile);
        if (!registered && File.Exists(folder.ProcessFile)) await PrivateFiles.WriteAsync(folder.ReleasedFile, Array.Empty<byte>(), cancellationToken).ConfigureAwait(false);
    }

    // The processes of deployments that share the artifact's folder, and may share its command.
    private List<(TrackedProcess Process, bool Released)> Siblings(DeploymentFolder folder)
    {
        var siblings = new List<(TrackedProcess Process, bool Released)>();
        if (!Directory.Exists(folder.Root)) return siblings;
        foreach (var sibling in Directory.EnumerateDirectories(folder.Root))
        {
            if (sibling == folder.Path) continue;
            try
            {
                if (TrackedProcess.Read(Path.Combine(sibling, "process")) is { } process && system.IsAlive(process)) siblings.Add((process, File.Exists(Path.Combine(sibling, "released"))));
            }
            catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
            {
                // A deployment of another user: its process is not to be known.
            }
        }

        return siblings;
    }
}
