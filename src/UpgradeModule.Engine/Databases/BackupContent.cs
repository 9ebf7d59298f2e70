namespace UpgradeModule.Engine.Databases;

/// <summary>The data of a backup, as a database engine needs it to restore.</summary>
public sealed record BackupContent
{
    /// <summary>The backup's folder.</summary>
    public string Directory { get; init; } = "";

    /// <summary>The data's format, as <see cref="DumpResult.Format"/> has it.</summary>
    public string Format { get; init; } = "";

    /// <summary>The data files, relative to the folder.</summary>
    public IReadOnlyList<string> Files { get; init; } = [];

    /// <summary>The rows of every table that a restored copy must have.</summary>
    public IReadOnlyList<TableCount> Tables { get; init; } = [];

    /// <summary>Whether it is no backup of this module, but an archive that somebody else made, which tells no numbers of rows.</summary>
    public bool IsForeign { get; init; }

    /// <summary>Whether sessions that hold on to the live data are ended, as far as the role may, where it is replaced.</summary>
    public bool EndsSessions { get; init; }
}
