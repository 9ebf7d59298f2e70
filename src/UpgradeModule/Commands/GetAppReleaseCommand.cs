using System.Management.Automation;
using UpgradeModule.Completion;
using UpgradeModule.Pipeline;

namespace UpgradeModule.Commands;

/// <summary>Gets the releases of applications, newest first.</summary>
[Cmdlet(VerbsCommon.Get, "AppRelease")]
[OutputType(typeof(AppRelease))]
public sealed class GetAppReleaseCommand : StoreCmdlet
{
    /// <summary>The applications: names, or paths of definition files.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true, HelpMessage = "The name of an application, or the path of a definition file.")]
    [Alias("Name")]
    [ArgumentCompleter(typeof(AppNameCompleter))]
    [ValidateNotNullOrEmpty]
    public string[] App { get; set; } = [];

    /// <summary>The versions; wildcards are allowed. All where empty.</summary>
    [Parameter(Position = 1, HelpMessage = "A version; wildcards are allowed.")]
    [ArgumentCompleter(typeof(VersionCompleter))]
    [ValidateNotNullOrEmpty]
    [SupportsWildcards]
    public string[] Version { get; set; } = ["*"];

    /// <summary>The edition; the default one where empty.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true, HelpMessage = "The edition; the application's default one without it.")]
    [ArgumentCompleter(typeof(EditionCompleter))]
    public string? Edition { get; set; }

    /// <summary>Only releases of these states; all states where empty.</summary>
    [Parameter(HelpMessage = "Only releases of this state.")]
    public ReleaseStatus[] Status { get; set; } = [];

    /// <summary>Gives pre-releases too.</summary>
    [Parameter(HelpMessage = "Gives pre-releases too.")]
    public SwitchParameter IncludePrerelease { get; set; }

    /// <inheritdoc/>
    private protected override void ProcessInput()
    {
        foreach (var app in App)
        {
            Guard(app, () => ProcessApp(SessionPaths.App(SessionState.Path, app)));
        }
    }

    private void ProcessApp(string app)
    {
        var edition = string.IsNullOrEmpty(Edition) ? null : Edition;
        if (!TryRun(app, operation => Session.Engine.Definitions.ReleasesAsync(app, edition, operation.Token), out var releases)) return;
        foreach (var version in Version)
        {
            var pattern = WildcardPattern.Get(version, WildcardOptions.IgnoreCase);
            var literal = !WildcardPattern.ContainsWildcardCharacters(version);
            var found = releases.Where(release => pattern.IsMatch(release.Version.Text)).ToList();
            if (literal && found.Count == 0) WriteMissing(app, version);
            WriteObject(found.Where(release => (literal || IncludePrerelease || !release.PreRelease) && (Status.Length == 0 || Status.Contains(release.Status))), enumerateCollection: true);
        }
    }

    private void WriteMissing(string app, string version) => Guard(version, () => throw new UpgradeException(
        "VersionNotFound", UpgradeErrorCategory.ObjectNotFound, version, $"No release {version} of {app} is known.", $"Get-AppRelease {app} lists those that are."));
}
