using System.Collections;
using System.Management.Automation;
using UpgradeModule.Binding;

namespace UpgradeModule.Completion;

/// <summary>The parameters that stand on the line before the word that is completed.</summary>
/// <param name="parameters">Their values, as far as PowerShell can tell them without running anything.</param>
internal sealed class GivenParameters(IDictionary parameters)
{
    /// <summary>The store's file.</summary>
    public string? StorePath => Text("StorePath");

    /// <summary>The application: given, or a deployment's.</summary>
    public string? App => Text("App") ?? Given?.DefinitionPath ?? Given?.App;

    /// <summary>The edition: given, or a deployment's.</summary>
    public string? Edition => Text("Edition") ?? Given?.Edition;

    /// <summary>The name of a stored deployment: given as such, or as the deployment.</summary>
    public string? Deployment => Text("Deployment") ?? Text("Name") ?? Given?.Name;

    private AppDeployment? Given => Value("Deployment") switch
    {
        AppDeployment deployment => deployment,
        PSObject bag when RecordRebuilder.TryRebuild(bag, typeof(AppDeployment), out var record) => (AppDeployment?)record,
        _ => null,
    };

    /// <summary>A parameter's value as a text.</summary>
    /// <param name="name">The parameter.</param>
    public string? Text(string name) => Value(name) as string;

    private object? Value(string name)
    {
        var value = parameters[name];
        if (value is PSObject { BaseObject: not PSCustomObject } wrapped) value = wrapped.BaseObject;
        if (value is IList { Count: > 0 } list) value = list[0];
        return value is PSObject { BaseObject: not PSCustomObject } inner ? inner.BaseObject : value;
    }
}
