using System.Collections;
using System.Globalization;

namespace UpgradeModule.Commands;

/// <content>Puts the parameters that were given into a deployment.</content>
public abstract partial class DeploymentSettingsCmdlet
{
    // These say where the database is: the application's settings are not asked for it any more.
    private static readonly string[] s_placeParameters =
    [
        nameof(DatabaseEngine), nameof(DatabaseServer), nameof(DatabasePort), nameof(DatabaseName), nameof(DatabaseUser), nameof(DatabasePath), nameof(DatabaseSslMode),
    ];

    // These say what the settings can't, and leave it to them where the database is.
    private static readonly string[] s_logInParameters = [nameof(DatabaseSecret), nameof(MaintenanceUser), nameof(MaintenanceSecret), nameof(MaintenanceDatabase), nameof(DatabaseContainer)];

    /// <summary>A deployment with the parameters that were given, the others as they were.</summary>
    /// <param name="start">The deployment before.</param>
    private protected AppDeployment Apply(AppDeployment start) => start with
    {
        Edition = IsBound(nameof(Edition)) ? Edition ?? "" : start.Edition,
        Url = IsBound(nameof(Url)) ? Url?.OriginalString : start.Url,
        HostKind = KindOf(start.HostKind),
        BackupPath = Bound(nameof(BackupPath), PathOrNull(BackupPath), start.BackupPath),
        Settings = ApplyTo(start.Settings),
        Database = DatabaseOf(start.Database),
    };

    private AppHostSettings ApplyTo(AppHostSettings start) => start with
    {
        Command = Bound(nameof(Command), CommandPath(Command), start.Command),
        Arguments = IsBound(nameof(ArgumentList)) ? ArgumentList ?? [] : start.Arguments,
        ArtifactPath = Bound(nameof(ArtifactPath), PathOrNull(ArtifactPath), start.ArtifactPath),
        WorkingDirectory = Bound(nameof(WorkingDirectory), PathOrNull(WorkingDirectory), start.WorkingDirectory),
        EnvironmentFiles = IsBound(nameof(EnvironmentFile)) ? [.. (EnvironmentFile ?? []).Select(FullPath)] : start.EnvironmentFiles,
        EnvironmentReferences = IsBound(nameof(EnvironmentReference)) ? References(EnvironmentReference) : start.EnvironmentReferences,
        LogPath = Bound(nameof(LogPath), PathOrNull(LogPath), start.LogPath),
        Container = Bound(nameof(Container), Text(Container), start.Container),
        DockerHost = Bound(nameof(DockerHost), Text(DockerHost), start.DockerHost),
        Unit = Bound(nameof(Unit), Text(Unit), start.Unit),
        JavaPath = IsBound(nameof(JavaPath)) ? Programs(JavaPath) : start.JavaPath,
        StopTimeout = IsBound(nameof(StopTimeout)) ? StopTimeout : start.StopTimeout,
    };

    private DatabaseTarget ApplyTo(DatabaseTarget start) => start with
    {
        Engine = DatabaseEngine ?? (IsBound(nameof(DatabasePath)) ? UpgradeModule.DatabaseEngine.Sqlite : start.Engine),
        Server = Bound(nameof(DatabaseServer), DatabaseServer, start.Server),
        Port = IsBound(nameof(DatabasePort)) ? DatabasePort : start.Port,
        Name = Bound(nameof(DatabaseName), DatabaseName, start.Name),
        User = Bound(nameof(DatabaseUser), DatabaseUser, start.User),
        Secret = Bound(nameof(DatabaseSecret), Reference(DatabaseSecret), start.Secret),
        Path = Bound(nameof(DatabasePath), PathOrNull(DatabasePath), start.Path),
        Container = Bound(nameof(DatabaseContainer), Text(DatabaseContainer), start.Container),
        SslMode = Bound(nameof(DatabaseSslMode), DatabaseSslMode, start.SslMode),
        MaintenanceUser = Bound(nameof(MaintenanceUser), MaintenanceUser, start.MaintenanceUser),
        MaintenanceSecret = Bound(nameof(MaintenanceSecret), Reference(MaintenanceSecret), start.MaintenanceSecret),
        MaintenanceDatabase = Bound(nameof(MaintenanceDatabase), MaintenanceDatabase, start.MaintenanceDatabase),
    };

    // What was read from the application's settings is read again, since they may be what changes; what was given besides stays.
    private DatabaseTarget? DatabaseOf(DatabaseTarget? before)
    {
        if (s_placeParameters.Any(IsBound)) return ApplyTo(Emptied(before ?? new DatabaseTarget())) with { FromSettings = false, Source = null };
        return s_logInParameters.Any(IsBound) ? ApplyTo(before ?? new DatabaseTarget { FromSettings = true }) : before;
    }

    // Nothing of a file is left where it becomes a server, nor the other way round.
    private DatabaseTarget Emptied(DatabaseTarget start) =>
        (DatabaseEngine ?? (IsBound(nameof(DatabasePath)) ? UpgradeModule.DatabaseEngine.Sqlite : start.Engine)) == start.Engine
            ? start
            : start with { Server = null, Port = null, Name = null, User = null, Path = null, SslMode = null, Container = null };

    // What it is run by says of which kind its host is.
    private AppHostKind KindOf(AppHostKind before)
    {
        var (container, unit) = (Text(Container) is not null, Text(Unit) is not null);
        if (container && unit)
        {
            throw new UpgradeException("DeploymentInvalid", UpgradeErrorCategory.InvalidArgument, Container, "A deployment runs in a container or as a systemd unit, not both.", "Give -Container or -Unit.");
        }

        return container ? AppHostKind.Docker : unit ? AppHostKind.Systemd : before;
    }

    private static string? Text(string? given) => string.IsNullOrWhiteSpace(given) ? null : given;

    private string? Bound(string parameter, string? given, string? before) => IsBound(parameter) ? given : before;

    private string? PathOrNull(string? path) => string.IsNullOrEmpty(path) ? null : FullPath(path);

    // A bare name is looked up on the PATH when it is started; what has a folder in it is a path from here.
    private string? CommandPath(string? command) =>
        string.IsNullOrEmpty(command) ? null : command.Contains('/', StringComparison.Ordinal) || command.Contains('\\', StringComparison.Ordinal) ? FullPath(command) : command;

    private string? Reference(string? reference) =>
        reference is not null && reference.StartsWith("file:", StringComparison.OrdinalIgnoreCase) ? "file:" + FullPath(reference["file:".Length..]) : reference;

    private Dictionary<string, string> Programs(Hashtable? table)
    {
        var programs = new Dictionary<string, string>(StringComparer.Ordinal);
        if (table is null) return programs;
        foreach (DictionaryEntry entry in table) programs[Convert.ToString(entry.Key, CultureInfo.InvariantCulture) ?? ""] = FullPath(entry.Value?.ToString() ?? "");
        return programs;
    }

    private Dictionary<string, string> References(Hashtable? table)
    {
        var references = new Dictionary<string, string>(StringComparer.Ordinal);
        if (table is null) return references;
        foreach (DictionaryEntry entry in table) references[entry.Key.ToString() ?? ""] = Reference(entry.Value?.ToString()) ?? "";
        return references;
    }
}
