using UpgradeModule.Engine.Operations;

namespace UpgradeModule.Engine.Backups;

/// <summary>The folder in which backups are made.</summary>
internal sealed class BackupDestination
{
    private readonly List<string> _made = [];

    private BackupDestination(string path) => Path = path;

    /// <summary>The full path.</summary>
    public string Path { get; }

    /// <summary>Checks a folder for backups and makes it where it isn't there.</summary>
    /// <param name="path">The folder.</param>
    /// <exception cref="UpgradeException"><c>BackupDestinationInvalid</c>.</exception>
    public static BackupDestination Prepare(string path)
    {
        var full = System.IO.Path.GetFullPath(path);
        var destination = new BackupDestination(full);
        if (File.Exists(full)) throw Invalid(full, "it is a file");
        for (var above = full; above is not null; above = System.IO.Path.GetDirectoryName(above))
        {
            if (BackupFolder.IsBackup(above)) throw Invalid(full, $"it lies in the backup '{above}'");
        }

        try
        {
            for (var missing = full; missing is not null && !Directory.Exists(missing); missing = System.IO.Path.GetDirectoryName(missing)) destination._made.Add(missing);
            PrivateFiles.CreateDirectory(full);
            return destination;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            destination.Forget();
            throw Invalid(full, failure.Message.TrimEnd('.'), failure);
        }
    }

    /// <summary>Takes back the folders that were made for a backup that came to nothing.</summary>
    public void Forget()
    {
        try
        {
            foreach (var folder in _made)
            {
                if (Directory.Exists(folder)) Directory.Delete(folder);
            }
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            // Somebody else uses it meanwhile: then it stays.
        }
    }

    /// <summary>The folder can't be used.</summary>
    /// <param name="path">The folder.</param>
    /// <param name="reason">Why.</param>
    /// <param name="inner">The cause.</param>
    public static UpgradeException Invalid(string path, string reason, Exception? inner = null) =>
        new("BackupDestinationInvalid", UpgradeErrorCategory.InvalidArgument, path, $"No backup can be made in '{path}': {reason}.", "Name another folder with -Destination.", inner);
}
