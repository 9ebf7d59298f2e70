namespace UpgradeModule.Engine.Databases.MySql;

/// <summary>The files of a backup.</summary>
internal static class MySqlFiles
{
    private const string Start = "mysql-sql";

    /// <summary>The script's file.</summary>
    /// <param name="compression">How it is compressed.</param>
    public static string Data(BackupCompression compression) => "data/database.sql" + compression switch { BackupCompression.Gzip => ".gz", BackupCompression.Brotli => ".br", _ => "" };

    /// <summary>What the format is called.</summary>
    /// <param name="compression">How it is compressed.</param>
    public static string Format(BackupCompression compression) => Start + compression switch { BackupCompression.Gzip => "+gzip", BackupCompression.Brotli => "+brotli", _ => "" };

    /// <summary>Tells whether what went wrong while a backup was restored is its own fault.</summary>
    /// <param name="content">The backup's data.</param>
    /// <param name="failure">What went wrong.</param>
    /// <returns>The failure that its data is damaged; <see langword="null"/> where something else is.</returns>
    public static UpgradeException? Corrupt(BackupContent content, Exception failure) => failure switch
    {
        InvalidDataException => Corrupt(content, failure.Message, failure),

        // What a dump program writes is valid: a server that doesn't understand it was given something else.
        MySqlFailure { Code: 1064 or 1136 or 1054 or 1146 or 1062 or 1366 } said => Corrupt(content, said.Message, failure),
        _ => null,
    };

    /// <summary>The failure that a backup's data is damaged.</summary>
    /// <param name="content">The backup's data.</param>
    /// <param name="why">What is wrong with it.</param>
    /// <param name="inner">The cause.</param>
    public static UpgradeException Corrupt(BackupContent content, string why, Exception? inner) =>
        new("BackupCorrupt", UpgradeErrorCategory.InvalidData, content.Directory, $"The data of the backup '{content.Directory}' can't be restored: {why.TrimEnd('.')}.", "Use another backup; nothing was changed.", inner);

    /// <summary>The script of a backup, and how it is compressed.</summary>
    /// <param name="content">The backup's data.</param>
    /// <exception cref="UpgradeException"><c>BackupCorrupt</c>: it is none of this engine's.</exception>
    public static (string File, BackupCompression Compression) Of(BackupContent content)
    {
        foreach (var compression in Enum.GetValues<BackupCompression>())
        {
            if (content.Format != Format(compression) || content.Files is not [var file]) continue;
            return (Path.Combine(content.Directory, file.Replace('/', Path.DirectorySeparatorChar)), compression);
        }

        throw new UpgradeException("BackupCorrupt", UpgradeErrorCategory.InvalidData, content.Directory, $"The backup '{content.Directory}' has data of the format '{content.Format}' in {content.Files.Count} file(s), and this is no backup of MySQL or MariaDB.", "Use another backup.");
    }
}
