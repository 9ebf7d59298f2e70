namespace UpgradeModule.Engine.Readiness.Checks;

/// <summary>The application, its artifact and its database tell the same version.</summary>
internal sealed class VersionsAgreeCheck : IReadinessCheck
{
    /// <inheritdoc/>
    public string Name => "VersionsAgree";

    /// <inheritdoc/>
    public async Task<IReadOnlyList<Finding>> RunAsync(ReadinessContext context, CancellationToken cancellationToken)
    {
        var seen = await context.Services.Inspect(context.Deployment, cancellationToken).ConfigureAwait(false);
        if (!seen.VersionsAgree)
        {
            return [Finding.Blocker(
                $"It is not clear which version {context.Name} is: {string.Join("; ", seen.Versions)}.",
                "Restart the application if its artifact was swapped while it ran; otherwise put the artifact that its database belongs to in place.",
                context.Name)];
        }

        var wanted = context.Path.From;
        if (seen.Version is null || wanted is null || seen.Version == wanted) return [];
        return [Finding.Blocker($"{context.Name} is version {seen.Version}, and the path starts at {wanted}.", "Work out the path anew: Get-UpgradePath.", context.Name)];
    }
}
