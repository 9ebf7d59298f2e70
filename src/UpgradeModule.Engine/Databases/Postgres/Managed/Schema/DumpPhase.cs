namespace UpgradeModule.Engine.Databases.Postgres.Managed.Schema;

/// <summary>The parts of a dump, in the order in which they stand in it and are restored.</summary>
internal enum DumpPhase
{
    /// <summary>What must be there before the rows: schemas, types, functions, tables, views.</summary>
    Before,

    /// <summary>The rows, large objects and the states of sequences.</summary>
    Data,

    /// <summary>What is quicker or only possible after the rows: indexes, constraints, triggers, rules, policies.</summary>
    After,

    /// <summary>Grants.</summary>
    Grants,

    /// <summary>What needs the grants, and what would act on all before it: filled materialized views, event triggers.</summary>
    Last,
}
