namespace UpgradeModule.Engine.Databases.Postgres;

/// <summary>The one file of a backup's data.</summary>
internal static class ArchiveFile
{
    /// <summary>Its full path.</summary>
    /// <param name="content">The backup's data.</param>
    /// <param name="format">The format that is understood.</param>
    /// <exception cref="UpgradeException"><c>BackupCorrupt</c>.</exception>
    public static string Of(BackupContent content, string format)
    {
        if (content.Format != format || content.Files.Count != 1) throw Corrupt(content.Directory, $"its data has the format '{content.Format}', not '{format}' in one file");
        var file = Path.Combine(content.Directory, content.Files[0].Replace('/', Path.DirectorySeparatorChar));
        return File.Exists(file) || (content.IsForeign && Directory.Exists(file)) ? file : throw Corrupt(file, "it is missing");
    }

    /// <summary>The error for an archive that can't be restored.</summary>
    /// <param name="file">The archive.</param>
    /// <param name="detail">Why.</param>
    public static UpgradeException Corrupt(string file, string detail) =>
        new("BackupCorrupt", UpgradeErrorCategory.InvalidData, file, $"The backup's data '{file}' can't be restored: {detail}.", "Use another backup; nothing was changed.");
}
