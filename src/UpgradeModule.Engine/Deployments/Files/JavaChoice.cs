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
        var programs = Programs(context);
        if (programs.Count == 0) return null;
        if (Fitting(context, version) is { } fitting) return fitting;
        var need = Need(context.Spec, version)!;
        throw new UpgradeException(
            "JavaNotFound", UpgradeErrorCategory.ObjectNotFound, context.Deployment.Name,
            $"Version {version} needs Java {need.Minimum ?? "0"}{(need.Maximum is { } most ? $" to {most}" : " or newer")}, and '{context.Deployment.Name}' has only Java {string.Join(", ", programs.Select(static one => one.Major.Text))}.",
            $"Install Java {need.Recommended ?? need.Minimum} and add it with Set-AppDeployment -JavaPath.");
    }

    /// <summary>Chooses, where another Java than these may be used as well.</summary>
    /// <param name="context">The deployment.</param>
    /// <param name="version">The version that is to run.</param>
    /// <returns>The program's path; <see langword="null"/> where none of the deployment's Java programs is one on which the version runs.</returns>
    /// <exception cref="UpgradeException"><c>JavaNotFound</c>: the one that is new enough isn't there.</exception>
    public static string? Fitting(DeploymentContext context, AppVersion version)
    {
        var need = Need(context.Spec, version);
        var minimum = AppVersion.TryParse(need?.Minimum, out var low) ? low : null;
        var maximum = AppVersion.TryParse(need?.Maximum, out var high) ? high : null;
        var chosen = Programs(context).FirstOrDefault(one => (minimum is null || one.Major >= minimum) && (maximum is null || one.Major <= maximum)).Path;
        if (chosen is null || File.Exists(chosen)) return chosen;
        throw new UpgradeException(
            "JavaNotFound", UpgradeErrorCategory.ObjectNotFound, chosen,
            $"The Java program '{chosen}', on which '{context.Deployment.Name}' is to run version {version}, does not exist.",
            "Install it, or mend the deployment with Set-AppDeployment -JavaPath.");
    }

    /// <summary>Tells whether a program is a Java itself, not a script that starts one.</summary>
    /// <param name="program">The program's path or name.</param>
    public static bool IsJava(string program) => string.Equals(Path.GetFileNameWithoutExtension(program), Java, StringComparison.OrdinalIgnoreCase);

    private static List<(AppVersion Major, string Path)> Programs(DeploymentContext context)
    {
        var programs = new List<(AppVersion Major, string Path)>();
        foreach (var (name, path) in context.Deployment.Settings.JavaPath)
        {
            if (path.Length > 0 && AppVersion.TryParse(name, out var major)) programs.Add((major, path));
        }

        return [.. programs.OrderBy(static one => one.Major)];
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
