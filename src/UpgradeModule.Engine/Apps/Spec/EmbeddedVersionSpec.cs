namespace UpgradeModule.Engine.Apps;

/// <summary>How a file tells its own version: in an entry of a zip or JAR file, by a command, or, without either, at the beginning of its own text (a script).</summary>
public sealed record EmbeddedVersionSpec
{
    /// <summary>The entry of a zip or JAR file that has it.</summary>
    public string? ZipEntry { get; set; }

    /// <summary>A command that prints it; <c>{artifact}</c> stands for the file.</summary>
    public IReadOnlyList<string> Command { get; set; } = [];

    /// <summary>A regular expression whose group <c>version</c> is the version.</summary>
    public string Pattern { get; set; } = "";
}
