namespace UpgradeModule.Engine.Readiness.Checks;

/// <summary>
/// Whether a new version really works can be told: by a probe that reads the database through the application, or by the list of its migrations. A plain 200
/// is given before they are through, and without them, too.
/// </summary>
internal sealed class HealthProbeCheck : IReadinessCheck
{
    /// <inheritdoc/>
    public string Name => "HealthProbe";

    /// <inheritdoc/>
    public Task<IReadOnlyList<Finding>> RunAsync(ReadinessContext context, CancellationToken cancellationToken)
    {
        var spec = context.Deployment.Spec;
        var tells = spec.Health.Deep.Count > 0 || spec.Migrations is { Kind: "liquibase" or "table" };
        return Task.FromResult<IReadOnlyList<Finding>>(tells || (context.Database is null && spec.Settings.Database is null)
            ? []
            : [Finding.Warning(
                $"The definition of {spec.DisplayName} has neither a deep probe nor a list of migrations: of a new version it can be told that it answers, and not that it has migrated its database and reads it.",
                "Add to the definition a route that reads the database (health.deep), or where its migrations are recorded (migrations).",
                spec.Name)]);
    }
}
