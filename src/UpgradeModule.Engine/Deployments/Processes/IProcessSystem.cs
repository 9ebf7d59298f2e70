namespace UpgradeModule.Engine.Deployments.Processes;

/// <summary>What differs between Unix and Windows in starting, watching and ending processes.</summary>
internal interface IProcessSystem
{
    /// <summary>Starts a process that outlives this one, and writes the file that tracks it.</summary>
    /// <param name="plan">What to start.</param>
    /// <param name="cancellationToken">Ends the work before the start.</param>
    /// <exception cref="UpgradeException"><c>ServiceStartFailed</c>.</exception>
    Task<TrackedProcess> LaunchAsync(LaunchPlan plan, CancellationToken cancellationToken);

    /// <summary>Tells whether a process still runs: this one, not another of the same id.</summary>
    /// <param name="process">The process.</param>
    bool IsAlive(TrackedProcess process);

    /// <summary>Tells whether the supervisor still runs, which writes the exit code.</summary>
    /// <param name="process">The process.</param>
    bool IsSupervised(TrackedProcess process);

    /// <summary>Finds what of the service still runs: the process itself, else one that it started (a start script's program).</summary>
    /// <param name="process">The process.</param>
    /// <returns>Its process id; <see langword="null"/> where all of it is gone.</returns>
    int? Remaining(TrackedProcess process);

    /// <summary>Asks a process to end.</summary>
    /// <param name="process">The process.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <exception cref="UpgradeException"><c>ServiceStopFailed</c>: it is somebody else's.</exception>
    Task AskToStopAsync(TrackedProcess process, CancellationToken cancellationToken);

    /// <summary>Ends a process and those that it started, at once.</summary>
    /// <param name="process">The process.</param>
    /// <exception cref="UpgradeException"><c>ServiceStopFailed</c>: it is somebody else's.</exception>
    void Kill(TrackedProcess process);

    /// <summary>Finds a process that runs this command and was not started by this module.</summary>
    /// <param name="command">The command.</param>
    /// <param name="others">Processes that belong to other deployments.</param>
    TrackedProcess? Find(CommandLine command, IReadOnlyCollection<int> others);

    /// <summary>Tells when a process started, in UTC.</summary>
    /// <param name="process">The process.</param>
    DateTimeOffset? StartedOn(TrackedProcess process);

    /// <summary>Names who listens on a port of this machine, as far as this user may know: <c>nginx (812)</c>.</summary>
    /// <param name="port">The port.</param>
    string? ListenerOn(int port);
}
