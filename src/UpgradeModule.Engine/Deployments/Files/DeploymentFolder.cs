using System.Text;
using UpgradeModule.Engine.Operations;

namespace UpgradeModule.Engine.Deployments.Files;

/// <summary>The private folder that a deployment run from a file has beside its artifact: what tracks it, its lock and what is kept.</summary>
internal sealed class DeploymentFolder
{
    private DeploymentFolder(string root, string path)
    {
        Root = root;
        Path = path;
    }

    /// <summary>The folder <c>.upgrademodule</c>, which deployments side by side share.</summary>
    public string Root { get; }

    /// <summary>The deployment's own folder.</summary>
    public string Path { get; }

    /// <summary>The file that tells which process is the service.</summary>
    public string ProcessFile => System.IO.Path.Combine(Path, "process");

    /// <summary>The file with the exit code of the last run.</summary>
    public string ExitFile => System.IO.Path.Combine(Path, "exit");

    /// <summary>The file that tells that the last run was asked to stop.</summary>
    public string StopFile => System.IO.Path.Combine(Path, "stop");

    /// <summary>The file that tells that the deployment was unregistered: its process is another's to find.</summary>
    public string ReleasedFile => System.IO.Path.Combine(Path, "released");

    /// <summary>The file that one starter at a time holds open.</summary>
    public string StartLockFile => System.IO.Path.Combine(Path, "starting");

    /// <summary>The file that the holder of the deployment's lock holds open.</summary>
    public string LockFile => System.IO.Path.Combine(Path, "lock");

    /// <summary>The file that tells who holds the lock.</summary>
    public string LockHolderFile => System.IO.Path.Combine(Path, "lock.json");

    /// <summary>The log where the deployment names none.</summary>
    public string DefaultLog => System.IO.Path.Combine(Path, "output.log");

    /// <summary>The folder of what one swap keeps.</summary>
    /// <param name="label">The swap's label.</param>
    public string Kept(string label) => System.IO.Path.Combine(Path, "kept", Encode(label));

    /// <summary>The folder of a version's artifact that lies ready for the swap.</summary>
    /// <param name="version">The version.</param>
    public string Staged(string version) => System.IO.Path.Combine(Path, "staged", Encode(version));

    /// <summary>Gets the directory that a deployment runs in.</summary>
    /// <param name="context">The deployment.</param>
    public static string WorkingDirectory(DeploymentContext context) => WorkingDirectory(context.Deployment);

    private static string WorkingDirectory(AppDeployment deployment)
    {
        var settings = deployment.Settings;
        return settings.WorkingDirectory is { Length: > 0 } given ? given
            : settings.ArtifactPath is { Length: > 0 } artifact ? System.IO.Path.GetDirectoryName(artifact)!
            : settings.Command is { Length: > 0 } command && System.IO.Path.IsPathFullyQualified(command) ? System.IO.Path.GetDirectoryName(command)!
            : System.IO.Path.GetTempPath();
    }

    /// <summary>Works out a deployment's folder. Nothing is made.</summary>
    /// <param name="context">The deployment.</param>
    public static DeploymentFolder Of(DeploymentContext context) => Of(context.Deployment);

    /// <summary>Works out a deployment's folder. Nothing is made.</summary>
    /// <param name="deployment">The deployment.</param>
    public static DeploymentFolder Of(AppDeployment deployment)
    {
        var beside = deployment.Settings.ArtifactPath is { Length: > 0 } artifact
            ? System.IO.Path.GetDirectoryName(System.IO.Path.GetFullPath(artifact))!
            : WorkingDirectory(deployment);
        var root = System.IO.Path.Combine(beside, ".upgrademodule");
        return new DeploymentFolder(root, System.IO.Path.Combine(root, Encode(deployment.Name is { Length: > 0 } name ? name : "default")));
    }

    /// <summary>Makes the folder, private to its owner.</summary>
    /// <exception cref="UpgradeException"><c>PermissionMissing</c>.</exception>
    public void Create()
    {
        try
        {
            PrivateFiles.CreateDirectory(Path);
        }
        catch (UnauthorizedAccessException failure)
        {
            throw Denied(failure);
        }
    }

    /// <summary>Says that the folder belongs to somebody else.</summary>
    /// <param name="failure">What the system said.</param>
    public UpgradeException Denied(Exception failure) =>
        new("PermissionMissing", UpgradeErrorCategory.PermissionDenied, Path, $"The folder '{Path}', in which the deployment is tracked, can't be used: {failure.Message}", "Run this as the user who started the deployment, or as root or administrator.", failure);

    /// <summary>Writes a name so that every file system takes it, and different names stay different.</summary>
    private static string Encode(string name)
    {
        var text = new StringBuilder();
        foreach (var b in Encoding.UTF8.GetBytes(name))
        {
            var c = (char)b;
            if (char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or ' ' or '+' or '@' || (c == '.' && text.Length > 0)) text.Append(c);
            else text.Append('%').Append(b.ToString("X2", System.Globalization.CultureInfo.InvariantCulture));
        }

        // Windows drops dots and spaces at the end.
        if (text[^1] is '.' or ' ') text.Append('_');
        return text.ToString();
    }
}
