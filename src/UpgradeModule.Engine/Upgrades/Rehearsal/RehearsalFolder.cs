using UpgradeModule.Engine.Databases;
using UpgradeModule.Engine.Deployments.Files;
using UpgradeModule.Engine.Operations;

namespace UpgradeModule.Engine.Upgrades.Rehearsal;

/// <summary>
/// The private folder of a rehearsal: beside the artifact where there is one, on the disk that the application itself uses, so that the clone takes
/// as long as it will; else the temporary one.
/// </summary>
internal sealed class RehearsalFolder : IDisposable
{
    private const string Prefix = "um-rehearsal-";

    private RehearsalFolder(string path, string mark)
    {
        Path = path;
        Mark = mark;
    }

    /// <summary>The folder.</summary>
    public string Path { get; }

    /// <summary>The rehearsal's mark.</summary>
    public string Mark { get; }

    /// <summary>Makes one.</summary>
    /// <param name="context">The deployment.</param>
    public static RehearsalFolder Make(DeploymentContext context)
    {
        var mark = ProcessMark.Make();
        foreach (var place in Places(context))
        {
            try
            {
                var path = System.IO.Path.Combine(place, Prefix + mark);
                PrivateFiles.CreateDirectory(path);
                return new RehearsalFolder(path, mark);
            }
            catch (Exception failure) when (failure is IOException or UnauthorizedAccessException && place != System.IO.Path.GetTempPath())
            {
                context.Operation.Verbose($"The rehearsal can't be beside the artifact: {failure.Message}");
            }
        }

        throw new IOException($"'{System.IO.Path.GetTempPath()}' can't be written.");
    }

    /// <summary>Removes those of rehearsals that were killed.</summary>
    /// <param name="context">The deployment.</param>
    /// <returns>How many there were.</returns>
    public static int RemoveLeft(DeploymentContext context)
    {
        var removed = 0;
        foreach (var folder in Places(context).Where(Directory.Exists).SelectMany(place => Directory.EnumerateDirectories(place, Prefix + "*")).ToList())
        {
            if (ProcessMark.IsStale(System.IO.Path.GetFileName(folder)[Prefix.Length..]) && Remove(folder)) removed++;
        }

        return removed;
    }

    /// <inheritdoc/>
    public void Dispose() => Remove(Path);

    private static bool Remove(string folder)
    {
        try
        {
            Directory.Delete(folder, recursive: true);
            return true;
        }
        catch (DirectoryNotFoundException)
        {
            return false;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            // Somebody else's, or a file of it is still open: the next rehearsal removes it.
            return false;
        }
    }

    private static IEnumerable<string> Places(DeploymentContext context)
    {
        if (context.Deployment.Settings.ArtifactPath is { Length: > 0 }) yield return DeploymentFolder.Of(context).Root;
        yield return System.IO.Path.GetTempPath();
    }
}
