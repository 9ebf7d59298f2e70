using UpgradeModule.Engine.Deployments.Files;
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

    /// <summary>Gets the whole environment: what every program is given, and what the application is.</summary>
    /// <param name="settings">Its settings from files and references.</param>
    public static Dictionary<string, string> Whole(AppSettings settings)
    {
        var environment = Minimal();
        foreach (var name in settings.Names) environment[name] = settings.Get(name) ?? "";
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

        foreach (var (name, value) in context.Cloned?.Environment ?? new Dictionary<string, string?>())
        {
            if (value is null) settings.Remove(name);
            else settings.Set(name, value, "the rehearsal");
        }

        return settings;
    }
}
