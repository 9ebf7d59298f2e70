namespace UpgradeModule.Engine.Databases.Postgres.Managed.Schema;

/// <summary>The order of objects that don't depend on each other.</summary>
internal static class Ranks
{
    /// <summary>Schemas.</summary>
    public const int Schema = 10;

    /// <summary>Extensions.</summary>
    public const int Extension = 20;

    /// <summary>Collations.</summary>
    public const int Collation = 30;

    /// <summary>Types.</summary>
    public const int Type = 40;

    /// <summary>Checks of domains: as soon as the functions are there that they call.</summary>
    public const int DomainCheck = 45;

    /// <summary>Functions and procedures.</summary>
    public const int Function = 50;

    /// <summary>Aggregates.</summary>
    public const int Aggregate = 55;

    /// <summary>Casts.</summary>
    public const int Cast = 57;

    /// <summary>Large objects, without their bytes.</summary>
    public const int LargeObject = 58;

    /// <summary>Tables, sequences and views: by dependency and name alone.</summary>
    public const int Relation = 60;

    /// <summary>Partitions' places.</summary>
    public const int Attach = 70;

    /// <summary>Defaults of columns, identities.</summary>
    public const int Default = 75;

    /// <summary>Checks that could not be made with their table.</summary>
    public const int Check = 80;

    /// <summary>Indexes and constraints with one.</summary>
    public const int Index = 110;

    /// <summary>Indexes' places in partitioned ones.</summary>
    public const int IndexAttach = 115;

    /// <summary>Extended statistics.</summary>
    public const int Statistics = 120;

    /// <summary>Views whose placeholder stood for them.</summary>
    public const int PostponedView = 125;

    /// <summary>Checks that are not valid for the rows that are there.</summary>
    public const int UncheckedCheck = 130;

    /// <summary>Foreign keys.</summary>
    public const int ForeignKey = 140;

    /// <summary>Rules.</summary>
    public const int Rule = 150;

    /// <summary>Triggers.</summary>
    public const int Trigger = 160;

    /// <summary>Row-level security and its policies.</summary>
    public const int Policy = 170;

    /// <summary>Publications.</summary>
    public const int Publication = 180;

    /// <summary>Default grants.</summary>
    public const int Grant = 200;

    /// <summary>Filling materialized views.</summary>
    public const int Refresh = 210;

    /// <summary>Event triggers.</summary>
    public const int EventTrigger = 220;
}
