namespace UpgradeModule.Engine.Readiness;

/// <summary>One check. It changes nothing, and runs beside the others.</summary>
internal interface IReadinessCheck
{
    /// <summary>Its name, one word that never changes.</summary>
    string Name { get; }

    /// <summary>Whether it has anything to say of a deployment, as far as its host kind tells; those that haven't aren't made.</summary>
    /// <param name="context">What the checks share.</param>
    bool Concerns(ReadinessContext context) => true;

    /// <summary>Checks.</summary>
    /// <param name="context">What the checks share.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <returns>What it found; nothing where all is well or the check doesn't concern the deployment.</returns>
    Task<IReadOnlyList<Finding>> RunAsync(ReadinessContext context, CancellationToken cancellationToken);
}
