namespace UpgradeModule.Engine.Apps;

/// <summary>The migration that tells that a database is migrated as far as versions from one on need it.</summary>
public sealed record RequiredMigrationSpec
{
    /// <summary>The first version that needs it; it holds until another.</summary>
    public string From { get; set; } = "0";

    /// <summary>The migration's name, as the table has it: the last that the version brings.</summary>
    public string Name { get; set; } = "";
}
