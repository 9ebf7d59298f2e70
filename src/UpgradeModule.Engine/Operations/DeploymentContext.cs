using UpgradeModule.Engine.Apps;

namespace UpgradeModule.Engine.Operations;

/// <summary>A deployment together with what is needed to act on it.</summary>
public sealed record DeploymentContext
{
    /// <summary>The deployment.</summary>
    public AppDeployment Deployment { get; init; } = new();

    /// <summary>Its app definition.</summary>
    public AppSpec Spec { get; init; } = new();

    /// <summary>Who is told, and who knows secrets.</summary>
    public IOperationContext Operation { get; init; } = NullOperationContext.Instance;

    /// <summary>The role that the application's database is reached as, where the caller gave one.</summary>
    public DatabaseCredential? Credential { get; init; }

    /// <summary>The role that may create databases, where the caller gave one.</summary>
    public DatabaseCredential? MaintenanceCredential { get; init; }

    /// <summary>The log-in of the registry that images come from, where the caller gave one.</summary>
    public RegistryCredential? RegistryCredential { get; init; }

    /// <summary>What tells it from the deployment that it is a clone of; <see langword="null"/> where it is none.</summary>
    internal CloneSettings? Cloned { get; init; }
}
