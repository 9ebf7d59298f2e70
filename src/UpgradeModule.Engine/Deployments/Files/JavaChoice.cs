using UpgradeModule.Engine.Apps;
using UpgradeModule.Engine.Operations;

namespace UpgradeModule.Engine.Deployments.Files;

/// <summary>Chooses among a deployment's Java programs the lowest on which a version runs.</summary>
internal static class JavaChoice
{
    private const string Java = "java";

    /// <summary>Chooses.</summary>
    /// <param name="context">The deployment.</param>
    /// <param name="version">The version that is to run.</param>
    /// <returns>The program's path; <see langword="null"/> where the deployment names no Java programs.</returns>
    /// <exception cref="UpgradeException"><c>JavaNotFound</c>: none of them is new enough, or the one that is isn't there.</exception>
    public static string? For(DeploymentContext context, AppVersion version)
    {
        if (Choose(context, version) is not { } chosen) return null;
        if (File.Exists(chosen)) return chosen;
        throw new UpgradeException(
            "JavaNotFound", UpgradeErrorCategory.ObjectNotFound, chosen,
            $"The Java program '{chosen}', on which '{context.Deployment.Name}' is to run version {version}, does not exist.",
            "Install it, or mend the deployment with Set-AppDeployment -JavaPath.");
    }

    /// <summary>Tells whether a program is a Java itself, not a script that starts one.</summary>
    /// <param name="program">The program's path or name.</param>
    public static bool IsJava(string program) => string.Equals(Path.GetFileNameWithoutExtension(program), Java, StringComparison.OrdinalIgnoreCase);

    private static string? Choose(DeploymentContext context, AppVersion version)
    {
        var programs = context.Deployment.Settings.JavaPath
            .Select(static pair => (Major: AppVersion.TryParse(pair.Key, out var major) ? major : null, pair.Value))
            .Where(static one => one.Major is not null && one.Value.Length > 0)
            .OrderBy(static one => one.Major)
            .ToList();
        if (programs.Count == 0) return null;
        var need = Need(context.Spec, version);
        var minimum = AppVersion.TryParse(need?.Minimum, out var low) ? low : null;
        var maximum = AppVersion.TryParse(need?.Maximum, out var high) ? high : null;
        var fitting = programs.FirstOrDefault(one => (minimum is null || one.Major! >= minimum) && (maximum is null || one.Major! <= maximum));
        if (fitting.Value is not null) return fitting.Value;
        throw new UpgradeException(
            "JavaNotFound", UpgradeErrorCategory.ObjectNotFound, context.Deployment.Name,
            $"Version {version} needs Java {need!.Minimum ?? "0"}{(need.Maximum is { } most ? $" to {most}" : " or newer")}, and '{context.Deployment.Name}' has only Java {string.Join(", ", programs.Select(static one => one.Major!.Text))}.",
            $"Install Java {need.Recommended ?? need.Minimum} and add it with Set-AppDeployment -JavaPath.");
    }

    private static RequirementSpec? Need(AppSpec spec, AppVersion version)
    {
        var scheme = VersionScheme.Of(spec);
        return spec.Requirements.Where(static need => need.Name == Java)
            .Select(need => (From: scheme.Neutral(scheme.Parse(need.From).Version), Need: need))
            .Where(one => one.From <= scheme.Neutral(version))
            .OrderBy(static one => one.From)
            .LastOrDefault().Need;
    }
}
