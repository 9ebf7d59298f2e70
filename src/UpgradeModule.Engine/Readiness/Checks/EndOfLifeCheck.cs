using System.Globalization;
using UpgradeModule.Engine.Apps;

namespace UpgradeModule.Engine.Readiness.Checks;

/// <summary>The target is still supported.</summary>
internal sealed class EndOfLifeCheck : IReadinessCheck
{
    /// <inheritdoc/>
    public string Name => "EndOfLife";

    /// <inheritdoc/>
    public Task<IReadOnlyList<Finding>> RunAsync(ReadinessContext context, CancellationToken cancellationToken)
    {
        var spec = context.Deployment.Spec;
        if (context.Path.To is not { } target) return Task.FromResult<IReadOnlyList<Finding>>([]);
        var major = VersionScheme.Of(spec).Major(target);
        var today = DateOnly.FromDateTime(DateTime.UtcNow);
        var ended = spec.Support.FirstOrDefault(support => support.Major == major && support.EndOfLife < today);
        return Task.FromResult<IReadOnlyList<Finding>>(ended is null
            ? []
            : [Finding.Warning(
                string.Create(CultureInfo.InvariantCulture, $"The support of {spec.DisplayName} {major} ended on {ended.EndOfLife:yyyy-MM-dd}."),
                "Go on to a supported version when you can.", target.Text)]);
    }
}
