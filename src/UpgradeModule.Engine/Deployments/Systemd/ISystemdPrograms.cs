namespace UpgradeModule.Engine.Deployments.Systemd;

/// <summary>Runs the programs by which systemd is asked and told: <c>systemctl</c>, <c>busctl</c>, <c>journalctl</c>.</summary>
internal interface ISystemdPrograms
{
    /// <summary>Whether this process may do everything: it is root.</summary>
    bool IsRoot { get; }

    /// <summary>Runs one.</summary>
    /// <param name="program">Its name.</param>
    /// <param name="arguments">Its arguments. No secret is among them.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <returns>How it ended; <see langword="null"/> where there is no such program.</returns>
    Task<ProgramResult?> RunAsync(string program, IReadOnlyList<string> arguments, CancellationToken cancellationToken);
}
