using UpgradeModule.Engine.Apps;
using UpgradeModule.Engine.Operations;

namespace UpgradeModule.Engine.Deployments.Processes;

/// <summary>
/// Makes the environment of a process: of the caller's own only what a program needs to run at all, so that an upgrade from an
/// administrator's session and one from a timer start the same application; then the environment files, then the references.
/// </summary>
internal static class ProcessEnvironment
{
    private static readonly string[] Inherited =
    [
        "PATH", "HOME", "USER", "LOGNAME", "SHELL", "LANG", "LANGUAGE", "TZ", "TMPDIR", "TMP", "TEMP", "XDG_RUNTIME_DIR", "JAVA_HOME", "SSL_CERT_FILE", "SSL_CERT_DIR",
        "SystemRoot", "SystemDrive", "windir", "ComSpec", "PATHEXT", "USERPROFILE", "USERNAME", "USERDOMAIN", "COMPUTERNAME", "HOMEDRIVE", "HOMEPATH", "APPDATA", "LOCALAPPDATA",
        "ProgramData", "ALLUSERSPROFILE", "PUBLIC", "ProgramFiles", "ProgramFiles(x86)", "ProgramW6432", "CommonProgramFiles", "CommonProgramFiles(x86)", "CommonProgramW6432",
        "OS", "NUMBER_OF_PROCESSORS", "PROCESSOR_ARCHITECTURE", "PROCESSOR_IDENTIFIER",
    ];

    private static readonly string[] InheritedPrefixes = ["LC_", "DOTNET_ROOT"];

    /// <summary>Gets what of the caller's environment every program is given.</summary>
    public static Dictionary<string, string> Minimal()
    {
        var environment = new Dictionary<string, string>(OperatingSystem.IsWindows() ? StringComparer.OrdinalIgnoreCase : StringComparer.Ordinal);
        foreach (System.Collections.DictionaryEntry entry in Environment.GetEnvironmentVariables())
        {
            var name = (string)entry.Key;
            var comparison = OperatingSystem.IsWindows() ? StringComparison.OrdinalIgnoreCase : StringComparison.Ordinal;
            if (Inherited.Any(known => known.Equals(name, comparison)) || InheritedPrefixes.Any(prefix => name.StartsWith(prefix, comparison)))
            {
                environment[name] = (string?)entry.Value ?? "";
            }
        }

        return environment;
    }

    /// <summary>Reads what the application itself is given: files, then references.</summary>
    /// <param name="context">The deployment.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <exception cref="UpgradeException"><c>EnvironmentFileNotFound</c>, <c>SecretNotFound</c>, <c>SecretReferenceInvalid</c>.</exception>
    public static async Task<AppSettings> ReadAsync(DeploymentContext context, CancellationToken cancellationToken)
    {
        var settings = new AppSettings();
        foreach (var file in context.Deployment.Settings.EnvironmentFiles)
        {
            foreach (var (name, value) in await EnvironmentFile.ReadAsync(file, cancellationToken).ConfigureAwait(false)) settings.Set(name, value, file);
        }

        foreach (var (name, reference) in context.Deployment.Settings.EnvironmentReferences)
        {
            settings.Set(name, await SecretResolver.ResolveAsync(reference, context.Operation, cancellationToken).ConfigureAwait(false), reference);
        }

        return settings;
    }

    /// <summary>Adds what the application is told by other ways: files named by settings, and properties on a JVM's command line.</summary>
    /// <param name="context">The deployment.</param>
    /// <param name="settings">The settings so far.</param>
    /// <param name="lenient">Whether a file that can't be read is left out instead of failing.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    public static async Task CompleteAsync(DeploymentContext context, AppSettings settings, bool lenient, CancellationToken cancellationToken)
    {
        var spec = context.Spec.Settings;
        if (spec.FileSuffix is { Length: > 0 } suffix) await AddFilesAsync(context, settings, suffix, lenient, cancellationToken).ConfigureAwait(false);

        // A JVM's properties win over the environment, and those of the command line over those of JAVA_TOOL_OPTIONS.
        AddProperties(spec, settings, (settings.Get("JAVA_TOOL_OPTIONS") ?? "").Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries), "JAVA_TOOL_OPTIONS");
        AddProperties(spec, settings, context.Deployment.Settings.Arguments, "command line");
    }

    private static async Task AddFilesAsync(DeploymentContext context, AppSettings settings, string suffix, bool lenient, CancellationToken cancellationToken)
    {
        foreach (var setting in settings.Names.Where(name => name.EndsWith(suffix, StringComparison.Ordinal) && name.Length > suffix.Length).ToList())
        {
            var name = setting[..^suffix.Length];
            var path = settings.Get(setting);

            // MB_DB_FILE ends so too and is a setting of its own.
            if (path is null || settings.Get(name) is not null || !IsKnown(context.Spec.Settings, name)) continue;
            try
            {
                var value = await SecretResolver.ResolveAsync("file:" + Path.GetFullPath(path, CommandLine.WorkingDirectory(context)), context.Operation, cancellationToken).ConfigureAwait(false);
                settings.Set(name, value, path);
            }
            catch (UpgradeException) when (lenient)
            {
                // What can't be read here can't be added here; the others can.
            }
        }
    }

    private static bool IsKnown(SettingsSpec spec, string name)
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
