using System.IO.Enumeration;
using UpgradeModule.Engine.Deployments.Files;
using UpgradeModule.Engine.Operations;

namespace UpgradeModule.Engine.Deployments.Systemd;

/// <summary>
/// Reads what an application is told by its unit, in systemd's rank: <c>Environment=</c>, over it <c>EnvironmentFile=</c>, over it what the
/// deployment names besides (for a start script that reads a file of its own), over it the properties of a JVM's command line.
/// </summary>
internal static class UnitSettings
{
    /// <summary>Reads the environment alone.</summary>
    /// <param name="unit">The unit.</param>
    /// <param name="tell">Whether a file of the deployment that says other than the unit is told as a warning.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <exception cref="UpgradeException"><c>EnvironmentFileNotFound</c>, <c>SecretNotFound</c>.</exception>
    public static async Task<AppSettings> EnvironmentAsync(Unit unit, bool tell, CancellationToken cancellationToken)
    {
        var settings = new AppSettings();
        foreach (var entry in unit.Definition.Environment)
        {
            var equals = entry.IndexOf('=', StringComparison.Ordinal);
            if (equals > 0) settings.Set(entry[..equals], entry[(equals + 1)..], $"{unit.Id}, Environment");
        }

        var own = unit.Definition.EnvironmentFiles.SelectMany(static file => Expand(file.Path, file.Optional)).ToList();
        var deployment = unit.Context.Deployment.Settings;
        foreach (var file in own)
        {
            foreach (var (name, value) in await EnvironmentFile.ReadAsync(file, cancellationToken).ConfigureAwait(false)) settings.Set(name, value, file);
        }

        foreach (var file in deployment.EnvironmentFiles.Where(file => !own.Contains(file, StringComparer.Ordinal)))
        {
            var added = await EnvironmentFile.ReadAsync(file, cancellationToken).ConfigureAwait(false);
            if (tell) TellDifferences(unit, settings, file, added);
            foreach (var (name, value) in added) settings.Set(name, value, file);
        }

        foreach (var (name, reference) in deployment.EnvironmentReferences)
        {
            settings.Set(name, await SecretResolver.ResolveAsync(reference, unit.Context.Operation, cancellationToken).ConfigureAwait(false), reference);
        }

        return settings;
    }

    /// <summary>Reads all that the application is told.</summary>
    /// <param name="unit">The unit.</param>
    /// <param name="lenient">Whether a file named by a setting that can't be read is left out instead of failing.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    public static async Task<AppSettings> ReadAsync(Unit unit, bool lenient, CancellationToken cancellationToken)
    {
        var settings = await EnvironmentAsync(unit, tell: !lenient, cancellationToken).ConfigureAwait(false);
        var arguments = (unit.Definition.Command?.Arguments ?? []).Skip(1).SelectMany(argument => Variables(argument, settings)).ToList();
        await SettingsCompletion.AddAsync(unit.Context, settings, arguments, unit.WorkingDirectory, lenient, cancellationToken).ConfigureAwait(false);
        return settings;
    }

    /// <summary>Makes a redactor that knows the secrets of the application; one that knows none where they can't be read now.</summary>
    /// <param name="unit">The unit.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    public static async Task<SecretRedactor> RedactorAsync(Unit unit, CancellationToken cancellationToken)
    {
        try
        {
            var settings = await ReadAsync(unit, lenient: true, cancellationToken).ConfigureAwait(false);
            return SecretRedactor.For(settings, unit.Context.Spec.Settings, unit.Context.Deployment.Settings.EnvironmentReferences.Keys);
        }
        catch (UpgradeException)
        {
            // What looks like a secret is still masked.
            return new SecretRedactor([]);
        }
    }

    // The unit may have been pointed at another file since: then this isn't what its service is told.
    private static void TellDifferences(Unit unit, AppSettings settings, string file, IEnumerable<KeyValuePair<string, string>> added)
    {
        var names = added.Where(pair => settings.SourceOf(pair.Key) is not null && (settings.Get(pair.Key) ?? "") != pair.Value).Select(static pair => pair.Key).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).ToList();
        if (names.Count == 0) return;
        unit.Context.Operation.Warning($"The deployment '{unit.Context.Deployment.Name}' names the environment file '{file}', which the unit '{unit.Id}' does not, and which says other than the unit: {string.Join(", ", names)}. What the file says is used. Unless the service's own start script reads it, take it out with Set-AppDeployment -EnvironmentFile.");
    }

    // A wildcard names any number of files, none too; one that must be there is read, and reading tells that it isn't.
    private static IEnumerable<string> Expand(string path, bool optional)
    {
        if (path.AsSpan().IndexOfAny('*', '?', '[') < 0) return optional && !File.Exists(path) ? [] : [path];
        var folder = Path.GetDirectoryName(path) ?? "/";
        return Directory.Exists(folder)
            ? Directory.EnumerateFiles(folder).Where(file => FileSystemName.MatchesSimpleExpression(Path.GetFileName(path), Path.GetFileName(file), ignoreCase: false)).Order(StringComparer.Ordinal)
            : [];
    }

    /// <summary>Puts variables into an argument as systemd does: one that is a whole word and without braces becomes any number of words.</summary>
    /// <param name="argument">The argument.</param>
    /// <param name="settings">The variables.</param>
    internal static IEnumerable<string> Variables(string argument, AppSettings settings)
    {
        if (argument.Length > 1 && argument[0] == '$' && argument[1] is not ('{' or '$')) return (settings.Get(argument[1..]) ?? "").Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
        var text = new System.Text.StringBuilder();
        for (var i = 0; i < argument.Length; i++)
        {
            var end = argument[i] == '$' && i + 1 < argument.Length && argument[i + 1] == '{' ? argument.IndexOf('}', i) : -1;
            if (end > 0)
            {
                text.Append(settings.Get(argument[(i + 2)..end]));
                i = end;
                continue;
            }

            text.Append(argument[i]);
            if (argument[i] == '$' && i + 1 < argument.Length && argument[i + 1] == '$') i++;
        }

        return [text.ToString()];
    }
}
