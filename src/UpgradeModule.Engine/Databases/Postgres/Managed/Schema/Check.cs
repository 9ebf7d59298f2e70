namespace UpgradeModule.Engine.Databases.Postgres.Managed.Schema;

/// <summary>A check of a table or domain.</summary>
/// <param name="Oid">Its number in <c>pg_constraint</c>.</param>
/// <param name="Name">Its name, quoted.</param>
/// <param name="Definition">What it checks: <c>CHECK ((a > 0))</c>.</param>
/// <param name="IsLocal">Whether it is defined here, and not at a parent alone.</param>
/// <param name="Validated">Whether the rows that are there were checked.</param>
internal sealed record Check(uint Oid, string Name, string Definition, bool IsLocal, bool Validated)
{
    /// <summary>Whether it is made with its table or domain, and not on its own.</summary>
    public bool Inline { get; set; } = Validated;

    /// <summary>Where the catalogue has it.</summary>
    public ObjectAddress Address => new("pg_constraint", Oid);

    /// <summary>The clause that makes it.</summary>
    public string Clause => $"CONSTRAINT {Name} {Definition}";
}
