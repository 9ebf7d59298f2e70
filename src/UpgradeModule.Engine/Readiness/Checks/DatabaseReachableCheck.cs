namespace UpgradeModule.Engine.Readiness.Checks;

/// <summary>The application's database is known, there and lets this user in.</summary>
internal sealed class DatabaseReachableCheck : IReadinessCheck
{
    /// <inheritdoc/>
    public string Name => "DatabaseReachable";

    /// <inheritdoc/>
    public async Task<IReadOnlyList<Finding>> RunAsync(ReadinessContext context, CancellationToken cancellationToken)
    {
        if (context.Database is not { } database)
        {
            return context.Deployment.Spec.Settings.Database is null
                ? []
                : [Finding.Blocker($"The database of {context.Name} is not known.", "Give the deployment its database, or the environment files that tell it.", context.Name)];
        }

        try
        {
            var facts = await context.FactsAsync().ConfigureAwait(false);
            return facts.Exists ? [] : [Finding.Blocker($"The database {database} is not there.", "Check the application's settings.", database.ToString())];
        }
        catch (UpgradeException failure)
        {
            return [Finding.Blocker(failure.Message, "", database.ToString())];
        }
    }
}
