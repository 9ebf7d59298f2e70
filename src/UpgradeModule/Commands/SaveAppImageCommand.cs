using System.Management.Automation;
using UpgradeModule.Completion;
using UpgradeModule.Engine.Deployments;
using UpgradeModule.Pipeline;

namespace UpgradeModule.Commands;

/// <summary>Pulls the container image of a version and pins it by its digest, for an upgrade later. No container is touched.</summary>
[Cmdlet(VerbsData.Save, "AppImage", SupportsShouldProcess = true)]
[OutputType(typeof(AppImage))]
public sealed class SaveAppImageCommand : StoreCmdlet
{
    /// <summary>The application: its name, or the path of a definition file.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipelineByPropertyName = true, HelpMessage = "The name of the application, or the path of a definition file.")]
    [ArgumentCompleter(typeof(AppNameCompleter))]
    [ValidateNotNullOrEmpty]
    public string App { get; set; } = "";

    /// <summary>The versions.</summary>
    [Parameter(Mandatory = true, Position = 1, ValueFromPipelineByPropertyName = true, HelpMessage = "The version.")]
    [ArgumentCompleter(typeof(VersionCompleter))]
    [ValidateNotNullOrEmpty]
    public AppVersion[] Version { get; set; } = [];

    /// <summary>The edition; the application's default one without it.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true, HelpMessage = "The edition; the application's default one without it.")]
    [ArgumentCompleter(typeof(EditionCompleter))]
    public string? Edition { get; set; }

    /// <summary>The whole reference of the image (<c>repo:tag</c> or <c>repo@sha256:…</c>), in place of the definition's.</summary>
    [Parameter(HelpMessage = "The whole reference of the image, repo:tag or repo@sha256:…, in place of the definition's.")]
    [ValidateNotNullOrEmpty]
    public string? Image { get; set; }

    /// <summary>The registry (<c>host[:port][/path]</c>), in place of the definition's: a mirror.</summary>
    [Parameter(HelpMessage = "The registry, host[:port][/path], in place of the definition's.")]
    [ValidateNotNullOrEmpty]
    public string? Registry { get; set; }

    /// <summary>The log-in of the registry; docker's own configuration and credential helpers are asked without it.</summary>
    [Parameter(HelpMessage = "The log-in of the registry; docker's own configuration is asked without it.")]
    [Credential]
    public PSCredential? RegistryCredential { get; set; }

    /// <summary>The address of the container engine; the usual one without it.</summary>
    [Parameter(HelpMessage = "The address of the container engine, such as unix:///var/run/docker.sock or context:NAME.")]
    [ValidateNotNullOrEmpty]
    public string? DockerHost { get; set; }

    /// <inheritdoc/>
    private protected override void ProcessInput()
    {
        var app = SessionPaths.App(SessionState.Path, App);
        foreach (var version in Version)
        {
            if (!ShouldProcess($"{App} {version}", "Pull its image")) continue;
            var pulled = TryRun(
                version.Text,
                operation =>
                {
                    var request = new SourceRequest { Version = version, Edition = Edition ?? "", Image = Image, Registry = Registry, RegistryCredential = EngineSession.Registry(RegistryCredential) };
                    return Session.Engine.Images.SaveAsync(app, request, DockerHost, operation, operation.Token);
                },
                out var image);
            if (pulled) WriteObject(image);
        }
    }
}
