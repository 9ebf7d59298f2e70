namespace UpgradeModule.Engine.Databases.Postgres.Managed;

/// <summary>The files of a managed dump, and what their format is called.</summary>
internal static class ManagedFiles
{
    /// <summary>The index's file.</summary>
    public const string Index = "data/database.index.json";

    /// <summary>The script's file.</summary>
    /// <param name="compression">How it is compressed.</param>
    public static string Data(BackupCompression compression) => "data/database.sql" + compression switch { BackupCompression.Gzip => ".gz", BackupCompression.Brotli => ".br", _ => "" };

    /// <summary>What the format is called.</summary>
    /// <param name="compression">How it is compressed.</param>
    public static string Format(BackupCompression compression) => compression switch { BackupCompression.Gzip => "sql+gzip", BackupCompression.Brotli => "sql+brotli", _ => "sql" };

    /// <summary>Whether a format is one of these.</summary>
    /// <param name="format">The format.</param>
    public static bool Knows(string format) => Enum.GetValues<BackupCompression>().Any(compression => Format(compression) == format);

    /// <summary>A file's place on this machine.</summary>
    /// <param name="directory">The backup's folder.</param>
    /// <param name="file">The file.</param>
    public static string In(string directory, string file) => Path.Combine(directory, file.Replace('/', Path.DirectorySeparatorChar));
}
