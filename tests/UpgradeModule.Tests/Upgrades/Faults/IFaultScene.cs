using UpgradeModule.Engine;
using UpgradeModule.Engine.Operations;

namespace UpgradeModule.Tests.Upgrades.Faults;

/// <summary>An installed application that can be upgraded by another process, and looked at from here.</summary>
internal interface IFaultScene : IAsyncDisposable
{
    UpgradeEngine Engine { get; }

    DeploymentContext Context { get; }

    string Url { get; }

    string StorePath { get; }

    string? Registry { get; }

    string? Artifacts { get; }

    /// <summary>A folder for the test's own files.</summary>
    string Folder { get; }

    /// <summary>How many copies of the application run, of whatever version.</summary>
    Task<int> RunningAsync();

    /// <summary>The text of every note in the live database.</summary>
    Task<HashSet<string>> NotesAsync();

    /// <summary>The text of every note in a database that was kept.</summary>
    Task<HashSet<string>> NotesInAsync(KeptItem item);
}
