using System.Management.Automation;
using UpgradeModule.Completion;
using UpgradeModule.Engine.Artifacts;
using UpgradeModule.Pipeline;

namespace UpgradeModule.Commands;

/// <summary>Fetches the file of a version and verifies it, for an upgrade later or on a machine without a network. Nothing is swapped.</summary>
[Cmdlet(VerbsData.Save, "AppArtifact", SupportsShouldProcess = true)]
[OutputType(typeof(AppArtifact))]
public sealed class SaveAppArtifactCommand : StoreCmdlet
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

    /// <summary>The folder that the file is kept in; the session's location without it.</summary>
    [Parameter(HelpMessage = "The folder that the file is kept in.")]
    [ValidateNotNullOrEmpty]
    public string Destination { get; set; } = ".";

    /// <summary>A file that is there already, or an address, in place of the definition's address.</summary>
    [Parameter(HelpMessage = "A file that is there already, or an address, in place of the definition's address.")]
    public string? ArtifactPath { get; set; }

    /// <summary>The mirror that the file comes from.</summary>
    [Parameter(HelpMessage = "The mirror that the file comes from.")]
    public string? BaseUrl { get; set; }

    /// <summary>The SHA-256 that the file must have, in hexadecimal digits.</summary>
    [Parameter(HelpMessage = "The SHA-256 that the file must have, in hexadecimal digits.")]
    [ValidatePattern("^[0-9A-Fa-f]{64}$")]
    public string? Sha256 { get; set; }

    /// <inheritdoc/>
    private protected override void ProcessInput()
    {
        var app = SessionPaths.App(SessionState.Path, App);
        var destination = FullPath(Destination);
        var source = ArtifactPath is null ? null : SessionPaths.PathOrAddress(SessionState.Path, ArtifactPath);
        foreach (var version in Version)
        {
            if (!ShouldProcess($"{App} {version}", $"Fetch and verify its file into '{destination}'")) continue;
            var fetched = TryRun(
                version.Text,
                operation =>
                {
                    var request = new ArtifactRequest { Version = version, Edition = Edition ?? "", Destination = destination, Path = source, BaseUrl = BaseUrl, Sha256 = Sha256 };
                    return Session.Engine.Artifacts.SaveAsync(app, request, operation, operation.Token);
                },
                out var artifact);
            if (fetched) WriteObject(artifact);
        }
    }
}
