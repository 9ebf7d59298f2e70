using System.Globalization;

namespace UpgradeModule.Engine.Databases.Postgres.Managed.Reading;

/// <summary>A session that reads the catalogue in the dump's snapshot.</summary>
/// <param name="major">The server's major.</param>
/// <param name="query">Runs a query; the search path is empty, so that the server writes every name with its schema.</param>
internal sealed class CatalogueSession(int major, Func<string, Task<IReadOnlyList<IReadOnlyList<string?>>>> query)
{
    /// <summary>The lowest number of what was not there when the server was set up.</summary>
    public const string FirstOwn = "16384";

    /// <summary>The server's major.</summary>
    public int Major => major;

    /// <summary>Runs a query.</summary>
    /// <param name="sql">The query.</param>
    public Task<IReadOnlyList<IReadOnlyList<string?>>> RowsAsync(string sql) => query(sql);

    /// <summary>A condition: the object is somebody's own, not the server's nor an extension's.</summary>
    /// <param name="catalogue">Its catalogue.</param>
    /// <param name="alias">The catalogue's alias in the query.</param>
    public static string Own(string catalogue, string alias) => $"{alias}.oid >= {FirstOwn} AND {NotMember(catalogue, alias)}";

    /// <summary>A condition: the object is no extension's.</summary>
    /// <param name="catalogue">Its catalogue.</param>
    /// <param name="alias">The catalogue's alias in the query.</param>
    public static string NotMember(string catalogue, string alias) =>
        $"NOT EXISTS (SELECT FROM pg_depend of_ext WHERE of_ext.classid = 'pg_catalog.{catalogue}'::regclass AND of_ext.objid = {alias}.oid AND of_ext.deptype = 'e')";

    /// <summary>A condition: the object was not made with another, as a range's functions are.</summary>
    /// <param name="catalogue">Its catalogue.</param>
    /// <param name="alias">The catalogue's alias in the query.</param>
    public static string NotInternal(string catalogue, string alias) =>
        $"NOT EXISTS (SELECT FROM pg_depend within WHERE within.classid = 'pg_catalog.{catalogue}'::regclass AND within.objid = {alias}.oid AND within.deptype = 'i')";

    /// <summary>A condition: the schema is one for users.</summary>
    /// <param name="alias">The alias of <c>pg_namespace</c> in the query.</param>
    public static string OwnSchema(string alias) => $"{alias}.nspname <> 'information_schema' AND {alias}.nspname !~ '^pg_'";

    /// <summary>An expression: options as WITH takes them.</summary>
    /// <param name="array">The array of them.</param>
    /// <param name="prefix">What stands before each.</param>
    public static string Options(string array, string prefix = "") =>
        $"(SELECT string_agg(format('{prefix}%I=%L', split_part(o, '=', 1), substr(o, strpos(o, '=') + 1)), ', ') FROM unnest({array}) o)";

    /// <summary>An expression: a role's name, quoted.</summary>
    /// <param name="role">Its number.</param>
    public static string Role(string role) => $"quote_ident(pg_get_userbyid({role}))";

    /// <summary>Reads a number of an object.</summary>
    /// <param name="text">The number.</param>
    public static uint Oid(string? text) => uint.Parse(text!, CultureInfo.InvariantCulture);
}
