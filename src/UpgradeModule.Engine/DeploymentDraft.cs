using System.Globalization;
using UpgradeModule.Engine.Apps;
using UpgradeModule.Engine.Operations;

namespace UpgradeModule.Engine;

/// <summary>Checks what a caller gave of a deployment, and completes it. Nothing is stored, started or connected to.</summary>
internal sealed class DeploymentDraft(DeploymentServices services)
{
    /// <summary>Checks and completes a draft.</summary>
    /// <param name="draft">What the caller gave.</param>
    /// <param name="operation">Who is told, and who knows secrets.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    public async Task<AppDeployment> CompleteAsync(AppDeployment draft, IOperationContext operation, CancellationToken cancellationToken)
    {
        DeploymentNames.Require(draft.Name);
        var definition = draft.DefinitionPath ?? (DefinitionCatalog.IsPath(draft.App) ? Path.GetFullPath(draft.App) : null);
        var spec = await services.Definitions.GetAsync(definition ?? draft.App, cancellationToken).ConfigureAwait(false);
        var scheme = VersionScheme.Of(spec);
        if (draft.Edition.Length > 0) draft = draft with { Edition = scheme.EditionId(draft.Edition) };
        var deployment = draft with
        {
            App = spec.Name,
            DefinitionPath = definition,
            Settings = Complete(draft),
            BackupPath = Full(draft.BackupPath),
            Url = CheckedUrl(draft),
            Database = draft.Database is { Path: { } file } database ? database with { Path = Full(file) } : draft.Database,
        };
        Check(deployment, spec);
        var context = new DeploymentContext { Deployment = deployment, Spec = spec, Operation = operation };
        var host = services.Hosts(deployment.HostKind);
        deployment = await host.CompleteAsync(context, cancellationToken).ConfigureAwait(false);
        CheckArtifact(deployment, spec);
        context = context with { Deployment = deployment };
        services.CheckCommand(context);
        var settings = await host.ReadSettingsAsync(context, cancellationToken).ConfigureAwait(false);
        var version = await host.ReadInstalledVersionAsync(context, cancellationToken).ConfigureAwait(false) ?? deployment.Version;
        WarnOfEdition(deployment, scheme, version, operation);
        deployment = deployment with
        {
            Version = version,
            Edition = deployment.Edition.Length > 0 ? deployment.Edition : Recognise(spec, scheme, settings, version),
            
            // A port inside a container is none of this machine's: where it is published, its host knows.
            Url = deployment.Url ?? (deployment.HostKind == AppHostKind.Docker ? null : UsualUrl(deployment.Name, spec, settings)),
        };
        return await WithDatabaseAsync(context with { Deployment = deployment }, settings, cancellationToken).ConfigureAwait(false);
    }

    private static AppHostSettings Complete(AppDeployment draft)
    {
        var given = draft.Settings;
        var artifact = Full(given.ArtifactPath);
        var directory = Full(given.WorkingDirectory);
        var beside = Path.GetDirectoryName(artifact) ?? directory;
        return given with
        {
            ArtifactPath = artifact,
            WorkingDirectory = directory,
            EnvironmentFiles = [.. given.EnvironmentFiles.Select(file => Full(file)!)],
            JavaPath = given.JavaPath.ToDictionary(static pair => pair.Key, static pair => Full(pair.Value) ?? ""),
            LogPath = Full(given.LogPath) ?? (beside is null || draft.HostKind != AppHostKind.Process ? null : Path.Combine(beside, draft.Name + ".log")),
        };
    }

    private static void Check(AppDeployment deployment, AppSpec spec)
    {
        var settings = deployment.Settings;
        if (settings.WorkingDirectory is { } directory && !Directory.Exists(directory)) throw Invalid(directory, $"The working directory '{directory}' of '{deployment.Name}' does not exist.", "Make it, or name another with -WorkingDirectory.");
        if (settings.StopTimeout < TimeSpan.Zero) throw Invalid(deployment.Name, "The time that a graceful stop may take is negative.", "Give a time of 0 or more.");
        foreach (var (major, java) in settings.JavaPath) RequireJava(deployment.Name, major, java);
        foreach (var file in settings.EnvironmentFiles) RequireReadable(file, deployment.Name);
        // A password that somebody typed in the place of a reference must not get into the store.
        SecretResolver.Require(deployment.Database?.Secret);
        SecretResolver.Require(deployment.Database?.MaintenanceSecret);
        if (deployment.Database is { FromSettings: false } database) CheckDatabase(deployment.Name, database);
    }

    private static void CheckArtifact(AppDeployment deployment, AppSpec spec)
    {
        var path = deployment.Settings.ArtifactPath;
        if (path is null && spec.Artifact is not null && deployment.HostKind is AppHostKind.Process or AppHostKind.Systemd)
        {
            var where = deployment.Settings.Unit is { } unit ? $"the command of the unit '{unit}' names none" : "the deployment doesn't say which";
            throw Invalid(deployment.Name, $"{spec.DisplayName} is run from a file ({spec.Artifact.FileName}), and {where}.", "Name it with -ArtifactPath.");
        }

        if (path is null || File.Exists(path)) return;
        throw new UpgradeException("ArtifactNotFound", UpgradeErrorCategory.ObjectNotFound, path, $"The file '{path}', from which '{deployment.Name}' is run, does not exist.", "Check the path, or fetch it with Save-AppArtifact.");
    }

    private static void CheckDatabase(string name, DatabaseTarget database)
    {
        var inFile = database.Engine is DatabaseEngine.Sqlite or DatabaseEngine.H2;
        if (inFile && database.Path is null) throw Invalid(name, $"The database of '{name}' is a file of {database.Engine}, and its path is missing.", "Give it with -DatabasePath.");
        if (!inFile && string.IsNullOrEmpty(database.Name)) throw Invalid(name, $"The database of '{name}' on a {database.Engine} server has no name.", "Give it with -DatabaseName.");
        if (database.Port is < 1 or > 65535) throw Invalid(name, FormattableString.Invariant($"{database.Port} is no port of a database server."), "A port is a number from 1 to 65535.");
    }

    private static void RequireJava(string name, string major, string java)
    {
        if (!int.TryParse(major, NumberStyles.None, CultureInfo.InvariantCulture, out _)) throw Invalid(name, $"'{major}' is no major version of Java.", "Write it like @{ 11 = '/usr/lib/jvm/java-11/bin/java' } with -JavaPath.");
        if (File.Exists(java)) return;
        throw new UpgradeException("JavaNotFound", UpgradeErrorCategory.ObjectNotFound, java, $"The Java {major} of '{name}', '{java}', does not exist.", "Check the path given with -JavaPath: it is that of the program java itself.");
    }

    private static void RequireReadable(string file, string name)
    {
        try
        {
            using (File.OpenHandle(file)) return;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            var missing = failure is FileNotFoundException or DirectoryNotFoundException;
            throw new UpgradeException("EnvironmentFileNotFound", missing ? UpgradeErrorCategory.ObjectNotFound : UpgradeErrorCategory.PermissionDenied, file,
                missing ? $"The environment file '{file}' of '{name}' does not exist." : $"The environment file '{file}' of '{name}' can't be read: {failure.Message}",
                missing ? "Check the path." : "Check that the user who runs this may read it.", failure);
        }
    }

    private static string? CheckedUrl(AppDeployment draft)
    {
        if (string.IsNullOrWhiteSpace(draft.Url)) return null;
        if (Uri.TryCreate(draft.Url, UriKind.Absolute, out var address) && address.Scheme is "http" or "https" && address!.UserInfo.Length == 0) return draft.Url.TrimEnd('/');

        // The text is not repeated: it may have a password in it.
        throw Invalid(draft.Name, $"The address at which '{draft.Name}' is asked for its health is no http or https address without a log-in.", "Write it like http://127.0.0.1:3000.");
    }

    private static string? UsualUrl(string name, AppSpec spec, AppSettings settings)
    {
        if (settings.Get(spec.Settings.Port) is not { } text) return spec.Settings.DefaultPort is { } usual ? Local(usual) : null;
        if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var port) && port is > 0 and <= 65535) return Local(port);
        throw Invalid(name, $"The setting {spec.Settings.Port} of '{name}' ({settings.SourceOf(spec.Settings.Port)}) is no port.", "A port is a number from 1 to 65535.");
    }

    private static string Local(int port) => FormattableString.Invariant($"http://127.0.0.1:{port}");

    private static string Recognise(AppSpec spec, VersionScheme scheme, AppSettings settings, AppVersion? version)
    {
        if (version is not null && scheme.EditionOf(version) is { } edition) return edition;
        return spec.Editions.FirstOrDefault(one => one.Settings.Count > 0 && one.Settings.All(pair => settings.Get(pair.Key) == pair.Value))?.Id ?? scheme.DefaultEdition;
    }

    private static void WarnOfEdition(AppDeployment deployment, VersionScheme scheme, AppVersion? version, IOperationContext operation)
    {
        if (deployment.Edition.Length == 0 || version is null || scheme.EditionOf(version) is not { } told || told == deployment.Edition) return;
        operation.Warning($"'{deployment.Name}' is said to be of the edition '{deployment.Edition}', and its version {version} is of '{told}'.");
    }

    private static string? Full(string? path) => string.IsNullOrWhiteSpace(path) ? null : Path.GetFullPath(path);

    private static UpgradeException Invalid(object target, string message, string remedy) => new("DeploymentInvalid", UpgradeErrorCategory.InvalidArgument, target, message, remedy);

    private async Task<AppDeployment> WithDatabaseAsync(DeploymentContext context, AppSettings settings, CancellationToken cancellationToken)
    {
        // An application that keeps no data in a database has nothing to be found.
        if (context.Deployment.Database is null && context.Spec.Settings.Database is null) return context.Deployment;
        var access = await services.Databases.ResolveAsync(context, settings, cancellationToken).ConfigureAwait(false);
        return context.Deployment with { Database = access.Target };
    }
}
