using System.ComponentModel;
using System.Management.Automation;
using UpgradeModule.Pipeline;

namespace UpgradeModule.Commands;

/// <summary>The base of the cmdlets that read app definition files.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public abstract class DefinitionFileCmdlet : StoreCmdlet
{
    /// <summary>The parameter set of paths with wildcards.</summary>
    internal const string ByPath = nameof(ByPath);

    /// <summary>The parameter set of paths as they are written.</summary>
    internal const string ByLiteralPath = nameof(ByLiteralPath);

    /// <summary>The definition files; wildcards are allowed.</summary>
    [Parameter(Mandatory = true, Position = 0, ParameterSetName = ByPath, ValueFromPipeline = true, HelpMessage = "The path of an app definition file; wildcards are allowed.")]
    [ValidateNotNullOrEmpty]
    [SupportsWildcards]
    public string[] Path { get; set; } = [];

    /// <summary>The definition files; the paths are taken as they are written.</summary>
    [Parameter(Mandatory = true, ParameterSetName = ByLiteralPath, ValueFromPipelineByPropertyName = true, HelpMessage = "The path of an app definition file, taken as it is written.")]
    [Alias("PSPath")]
    [ValidateNotNullOrEmpty]
    public string[] LiteralPath { get; set; } = [];

    /// <inheritdoc/>
    private protected override void ProcessInput()
    {
        foreach (var path in ParameterSetName == ByPath ? Path : LiteralPath)
        {
            Guard(path, () =>
            {
                foreach (var file in ParameterSetName == ByPath ? SessionPaths.Find(SessionState.Path, path) : [FullPath(path)]) ProcessFile(file);
            });
        }
    }

    /// <summary>Processes one file, on the pipeline thread.</summary>
    /// <param name="file">Its full path.</param>
    private protected abstract void ProcessFile(string file);
}
