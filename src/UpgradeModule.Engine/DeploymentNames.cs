namespace UpgradeModule.Engine;

/// <summary>The names of deployments: they become parts of file names, labels and lock names on every system.</summary>
internal static class DeploymentNames
{
    private const int Longest = 64;
    private const int Shown = 10;

    private static readonly HashSet<string> Reserved = new(
        ["CON", "PRN", "AUX", "NUL", .. Enumerable.Range(0, 10).SelectMany(i => new[] { FormattableString.Invariant($"COM{i}"), FormattableString.Invariant($"LPT{i}") })],
        StringComparer.OrdinalIgnoreCase);

    /// <summary>Fails where a name can't be one.</summary>
    /// <param name="name">The name.</param>
    /// <exception cref="UpgradeException"><c>DeploymentInvalid</c>.</exception>
    public static void Require(string name)
    {
        var problem = Problem(name);
        if (problem is null) return;
        throw new UpgradeException("DeploymentInvalid", UpgradeErrorCategory.InvalidArgument, name, $"'{name}' can't be the name of a deployment: {problem}.", "Use letters, digits, '-', '_' and '.', beginning with a letter or digit.");
    }

    /// <summary>There is no such deployment.</summary>
    /// <param name="name">The name.</param>
    /// <param name="known">Those that there are.</param>
    /// <param name="store">The store that was asked.</param>
    public static UpgradeException NotFound(string name, IReadOnlyList<AppDeployment> known, string store)
    {
        var more = known.Count > Shown ? FormattableString.Invariant($" and {known.Count - Shown} more") : "";
        var remedy = known.Count == 0
            ? $"Nothing is registered in '{store}'. Register-AppDeployment registers one; -StorePath names another store."
            : $"There are: {string.Join(", ", known.Take(Shown).Select(deployment => deployment.Name))}{more} (in '{store}').";
        return new UpgradeException("DeploymentNotFound", UpgradeErrorCategory.ObjectNotFound, name, $"No deployment is named '{name}'.", remedy);
    }

    private static string? Problem(string name)
    {
        if (name.Length == 0) return "it is empty";
        if (name.Length > Longest) return FormattableString.Invariant($"it is longer than {Longest} characters");
        if (!name.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.')) return "it has a character that not every file system takes";
        if (!char.IsAsciiLetterOrDigit(name[0])) return "it begins with neither a letter nor a digit";
        if (name[^1] == '.') return "it ends with a dot";
        return Reserved.Contains(name.Split('.')[0]) ? "Windows keeps this name for a device" : null;
    }
}
