using UpgradeModule.Engine.Apps;
using UpgradeModule.Engine.Operations;

namespace UpgradeModule.Engine.Deployments;

/// <summary>Adds to an application's environment what it is told by other ways: files named by settings, and properties on a JVM's command line.</summary>
internal static class SettingsCompletion
{
    /// <summary>Adds it.</summary>
    /// <param name="context">The deployment.</param>
    /// <param name="settings">The settings so far.</param>
    /// <param name="arguments">The arguments that the program is started with.</param>
    /// <param name="workingDirectory">What relative paths start at.</param>
    /// <param name="lenient">Whether a file that can't be read is left out instead of failing.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    public static Task AddAsync(DeploymentContext context, AppSettings settings, IReadOnlyList<string> arguments, string workingDirectory, bool lenient, CancellationToken cancellationToken) =>
        AddAsync(context, settings, arguments, path => SecretResolver.ResolveAsync("file:" + Path.GetFullPath(path, workingDirectory), context.Operation, cancellationToken), lenient, cancellationToken);

    /// <summary>Adds it, where the application's files are not files of this machine.</summary>
    /// <param name="context">The deployment.</param>
    /// <param name="settings">The settings so far.</param>
    /// <param name="arguments">The arguments that the program is started with.</param>
    /// <param name="read">Reads a file that a setting names; throws <see cref="UpgradeException"/> where it can't.</param>
    /// <param name="lenient">Whether a file that can't be read is left out instead of failing.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    public static async Task AddAsync(DeploymentContext context, AppSettings settings, IReadOnlyList<string> arguments, Func<string, Task<string>> read, bool lenient, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var spec = context.Spec.Settings;
        if (spec.FileSuffix is { Length: > 0 } suffix) await AddFilesAsync(context, settings, suffix, read, lenient).ConfigureAwait(false);

        // A JVM's properties win over the environment, and those of the command line over those of JAVA_TOOL_OPTIONS.
        AddProperties(spec, settings, (settings.Get("JAVA_TOOL_OPTIONS") ?? "").Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries), "JAVA_TOOL_OPTIONS");
        AddProperties(spec, settings, arguments, "command line");
    }

    private static async Task AddFilesAsync(DeploymentContext context, AppSettings settings, string suffix, Func<string, Task<string>> read, bool lenient)
    {
        foreach (var setting in settings.Names.Where(name => name.EndsWith(suffix, StringComparison.Ordinal) && name.Length > suffix.Length).ToList())
        {
            var name = setting[..^suffix.Length];
            var path = settings.Get(setting);

            // MB_DB_FILE ends so too and is a setting of its own.
            if (path is null || settings.Get(name) is not null || !IsKnown(context.Spec.Settings, name)) continue;
            try
            {
                settings.Set(name, await read(path).ConfigureAwait(false), path);
            }
            catch (UpgradeException) when (lenient)
            {
                // What can't be read here can't be added here; the others can.
            }
        }
    }

    /// <summary>Whether a setting is one that the definition names, so that a file may hold it.</summary>
    /// <param name="spec">What the definition says of settings.</param>
    /// <param name="name">The setting.</param>
    internal static bool IsKnown(SettingsSpec spec, string name)
    {
        var database = spec.Database;
        string?[] known = [spec.EncryptionKey, spec.Port, database?.Type, database?.Uri, database?.Host, database?.Port, database?.Name, database?.User, database?.Password];
        return known.Contains(name) || spec.Secrets.Contains(name);
    }

    private static void AddProperties(SettingsSpec spec, AppSettings settings, IEnumerable<string> arguments, string source)
    {
        // What follows -jar is for the application, no property of the JVM.
        foreach (var argument in arguments.TakeWhile(static argument => argument != "-jar"))
        {
            var equals = argument.IndexOf('=', StringComparison.Ordinal);
            if (!argument.StartsWith("-D", StringComparison.Ordinal) || equals < 3) continue;
            var name = argument[2..equals];
            if (spec.JavaProperties.TryGetValue(name, out var setting)) settings.Set(setting, argument[(equals + 1)..], $"{source}, -D{name}");
            else if (spec.JavaProperties.Count > 0 && name.All(static c => char.IsAsciiLetterUpper(c) || char.IsAsciiDigit(c) || c == '_')) settings.Set(name, argument[(equals + 1)..], $"{source}, -D{name}");
        }
    }
}
