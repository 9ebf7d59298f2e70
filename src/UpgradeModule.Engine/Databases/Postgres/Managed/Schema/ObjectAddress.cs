namespace UpgradeModule.Engine.Databases.Postgres.Managed.Schema;

/// <summary>An object as <c>pg_depend</c> names it, without the column.</summary>
/// <param name="Catalog">The catalogue that holds it: <c>pg_class</c>.</param>
/// <param name="Oid">Its number there.</param>
internal readonly record struct ObjectAddress(string Catalog, uint Oid);
