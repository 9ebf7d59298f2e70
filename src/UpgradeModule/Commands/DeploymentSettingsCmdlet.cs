using System.Collections;
using System.ComponentModel;
using System.Management.Automation;
using UpgradeModule.Binding;
using UpgradeModule.Completion;

namespace UpgradeModule.Commands;

/// <summary>The base of the cmdlets that describe a deployment: how it is run, where its data is.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public abstract partial class DeploymentSettingsCmdlet : StoreCmdlet
{
    /// <summary>The edition; told by the version or the definition's default one without it.</summary>
    [Parameter(HelpMessage = "The edition; the application's default one without it.")]
    [ArgumentCompleter(typeof(EditionCompleter))]
    public string? Edition { get; set; }

    /// <summary>The program that runs the application: a full path or a name on the PATH; the definition's own without it.</summary>
    [Parameter(HelpMessage = "The program that runs the application: a path, or a name on the PATH.")]
    public string? Command { get; set; }

    /// <summary>The program's arguments, one each, unquoted. <c>{artifact}</c> stands for the artifact's path. Never a secret.</summary>
    [Parameter(HelpMessage = "The program's arguments, one each. {artifact} stands for the artifact's path.")]
    [AllowEmptyCollection]
    public string[]? ArgumentList { get; set; }

    /// <summary>The container that it runs in, by name or id; the deployment is one of Docker then.</summary>
    [Parameter(HelpMessage = "The container that it runs in, by name or id.")]
    [ArgumentCompleter(typeof(ContainerCompleter))]
    public string? Container { get; set; }

    /// <summary>The address of the container engine; <c>DOCKER_HOST</c>, docker's current context or the usual socket without it.</summary>
    [Parameter(HelpMessage = "The address of the container engine, such as unix:///var/run/docker.sock, ssh://user@host or context:NAME.")]
    public string? DockerHost { get; set; }

    /// <summary>The systemd unit that runs it; the deployment is one of systemd then.</summary>
    [Parameter(HelpMessage = "The systemd unit that runs it, such as metabase.service.")]
    [ArgumentCompleter(typeof(UnitCompleter))]
    public string? Unit { get; set; }

    /// <summary>Java programs by their major: <c>@{ 11 = '/usr/lib/jvm/java-11/bin/java' }</c>. Each version is started with the lowest that fits it.</summary>
    [Parameter(HelpMessage = "Java programs by their major: @{ 11 = '/usr/lib/jvm/java-11/bin/java' }.")]
    public Hashtable? JavaPath { get; set; }

    /// <summary>The file that an upgrade swaps: a JAR or another single file.</summary>
    [Parameter(HelpMessage = "The file that an upgrade swaps: a JAR or another single file.")]
    public string? ArtifactPath { get; set; }

    /// <summary>The directory it runs in; the artifact's own without it.</summary>
    [Parameter(HelpMessage = "The directory it runs in; the artifact's own without it.")]
    public string? WorkingDirectory { get; set; }

    /// <summary>Files of <c>NAME=value</c> lines that make the application's environment.</summary>
    [Parameter(HelpMessage = "A file of NAME=value lines that makes the application's environment.")]
    public string[]? EnvironmentFile { get; set; }

    /// <summary>Environment variables by reference: <c>@{ MB_DB_PASS = 'secret:metabase' }</c>; <c>env:NAME</c>, <c>file:PATH</c> or <c>secret:NAME[@VAULT]</c>.</summary>
    [Parameter(HelpMessage = "Environment variables by reference: @{ NAME = 'env:NAME' }, 'file:PATH' or 'secret:NAME'.")]
    public Hashtable? EnvironmentReference { get; set; }

    /// <summary>The file that the application's output is appended to.</summary>
    [Parameter(HelpMessage = "The file that the application's output is appended to.")]
    public string? LogPath { get; set; }

    /// <summary>The address at which the application is asked how it is: <c>http://localhost:3000</c>.</summary>
    [Parameter(HelpMessage = "The address at which the application is asked how it is, such as http://localhost:3000.")]
    public Uri? Url { get; set; }

    /// <summary>How long a graceful stop may take before the process is killed: a time span, or seconds.</summary>
    [Parameter(HelpMessage = "How long a graceful stop may take: a time span, or seconds.")]
    [SecondsTransformation]
    public TimeSpan? StopTimeout { get; set; }

    /// <summary>The folder that its backups go to where a cmdlet names none.</summary>
    [Parameter(HelpMessage = "The folder that its backups go to where a cmdlet names none.")]
    public string? BackupPath { get; set; }

    /// <summary>The database engine.</summary>
    [Parameter(HelpMessage = "The database engine; read from the application's settings without it.")]
    public DatabaseEngine? DatabaseEngine { get; set; }

    /// <summary>The database server's name or address, as this machine reaches it.</summary>
    [Parameter(HelpMessage = "The database server's name or address, as this machine reaches it.")]
    [Alias("DatabaseHost")]
    public string? DatabaseServer { get; set; }

    /// <summary>The database server's port; the engine's own default without it.</summary>
    [Parameter(HelpMessage = "The database server's port.")]
    [ValidateRange(1, 65535)]
    public int? DatabasePort { get; set; }

    /// <summary>The database's name.</summary>
    [Parameter(HelpMessage = "The database's name.")]
    public string? DatabaseName { get; set; }

    /// <summary>The role that the application logs in as.</summary>
    [Parameter(HelpMessage = "The role that the application logs in as.")]
    public string? DatabaseUser { get; set; }

    /// <summary>A reference to its password: <c>env:NAME</c>, <c>file:PATH</c> or <c>secret:NAME[@VAULT]</c>. Never the password itself.</summary>
    [Parameter(HelpMessage = "A reference to the password: env:NAME, file:PATH or secret:NAME. Never the password itself.")]
    public string? DatabaseSecret { get; set; }

    /// <summary>The container that the database runs in, by name or id: its own programs are used from there.</summary>
    [Parameter(HelpMessage = "The container that the database runs in, by name or id; its own programs are used from there.")]
    [ArgumentCompleter(typeof(ContainerCompleter))]
    public string? DatabaseContainer { get; set; }

    /// <summary>The database's file, for engines in a file.</summary>
    [Parameter(HelpMessage = "The database's file, for engines in a file.")]
    public string? DatabasePath { get; set; }

    /// <summary>The TLS mode of the connection, in the words of PostgreSQL.</summary>
    [Parameter(HelpMessage = "The TLS mode of the connection, in the words of PostgreSQL.")]
    [ValidateSet("disable", "allow", "prefer", "require", "verify-ca", "verify-full")]
    public string? DatabaseSslMode { get; set; }

    /// <summary>A role that may create databases on the same server, for proofs and restores.</summary>
    [Parameter(HelpMessage = "A role that may create databases on the same server, for proofs and restores.")]
    public string? MaintenanceUser { get; set; }

    /// <summary>A reference to that role's password, written as <see cref="DatabaseSecret"/> is.</summary>
    [Parameter(HelpMessage = "A reference to that role's password: env:NAME, file:PATH or secret:NAME.")]
    public string? MaintenanceSecret { get; set; }

    /// <summary>The database that the maintenance role connects to; <c>postgres</c> without it.</summary>
    [Parameter(HelpMessage = "The database that the maintenance role connects to; postgres without it.")]
    public string? MaintenanceDatabase { get; set; }
}
