using UpgradeModule.Engine.Databases.Postgres.Managed.Schema;
using static UpgradeModule.Engine.Databases.Postgres.Managed.Reading.CatalogueSession;

namespace UpgradeModule.Engine.Databases.Postgres.Managed.Reading;

/// <summary>Reads functions, procedures, aggregates and casts.</summary>
internal static class FunctionReader
{
    /// <summary>Reads.</summary>
    /// <param name="session">The session.</param>
    /// <param name="model">What is filled.</param>
    public static async Task ReadAsync(CatalogueSession session, SchemaModel model)
    {
        var functions = await session.RowsAsync($"""
            SELECT p.oid, format('%I.%I(%s)', n.nspname, p.proname, pg_get_function_identity_arguments(p.oid)), {Role("p.proowner")}, p.prokind, pg_get_functiondef(p.oid)
            FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace WHERE p.prokind IN ('f', 'p', 'w') AND {Own("pg_proc", "p")} AND {NotInternal("pg_proc", "p")} AND {OwnSchema("n")}
            """).ConfigureAwait(false);
        foreach (var row in functions)
        {
            var item = model.Add(new DbObject(new ObjectAddress("pg_proc", Oid(row[0])), Ranks.Function, row[3] == "p" ? "PROCEDURE" : "FUNCTION", row[1]!));
            item.Add(EntryKind.Definition, row[4]!.TrimEnd('\n'));
            item.Own(row[2]!);
        }

        // A range comes with its functions and its cast.
        foreach (var row in await session.RowsAsync("SELECT classid::regclass::text, objid, refclassid::regclass::text, refobjid FROM pg_depend WHERE deptype = 'i' AND classid IN ('pg_proc'::regclass, 'pg_cast'::regclass)").ConfigureAwait(false))
        {
            if (model.Find(new ObjectAddress(row[2]!, Oid(row[3]))) is { } owner) model.Alias(new ObjectAddress(row[0]!, Oid(row[1])), owner);
        }

        await AggregatesAsync(session, model).ConfigureAwait(false);
        await CastsAsync(session, model).ConfigureAwait(false);
    }

    private static async Task AggregatesAsync(CatalogueSession session, SchemaModel model)
    {
        static string Function(string column) => $"nullif(a.{column}::oid, 0)::regproc::text";
        var rows = await session.RowsAsync($"""
            SELECT p.oid, format('%I.%I', n.nspname, p.proname), {Role("p.proowner")}, pg_get_function_arguments(p.oid), pg_get_function_identity_arguments(p.oid), a.aggkind,
                   {Function("aggtransfn")}, format_type(a.aggtranstype, NULL), nullif(a.aggtransspace, 0), {Function("aggfinalfn")}, a.aggfinalextra, a.aggfinalmodify,
                   {Function("aggcombinefn")}, {Function("aggserialfn")}, {Function("aggdeserialfn")}, quote_literal(a.agginitval),
                   {Function("aggmtransfn")}, {Function("aggminvtransfn")}, format_type(nullif(a.aggmtranstype, 0), NULL), nullif(a.aggmtransspace, 0), {Function("aggmfinalfn")}, a.aggmfinalextra, a.aggmfinalmodify, quote_literal(a.aggminitval),
                   (SELECT format('OPERATOR(%I.%s)', opn.nspname, o.oprname) FROM pg_operator o JOIN pg_namespace opn ON opn.oid = o.oprnamespace WHERE o.oid = a.aggsortop), p.proparallel
            FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace JOIN pg_aggregate a ON a.aggfnoid = p.oid WHERE {Own("pg_proc", "p")} AND {OwnSchema("n")}
            """).ConfigureAwait(false);
        foreach (var row in rows)
        {
            var arguments = row[3]!.Length == 0 ? "*" : row[3];
            var item = model.Add(new DbObject(new ObjectAddress("pg_proc", Oid(row[0])), Ranks.Aggregate, "AGGREGATE", $"{row[1]}({(row[4]!.Length == 0 ? "*" : row[4])})"));
            item.Add(EntryKind.Definition, $"CREATE AGGREGATE {row[1]}({arguments}) ({string.Join(", ", AggregateOptions(row))})");
            item.Own(row[2]!);
        }
    }

    private static IEnumerable<string> AggregateOptions(IReadOnlyList<string?> row)
    {
        // What is read only unless said otherwise: a plain aggregate's final function; that of ordered sets and hypothetical ones changes its state.
        var usual = row[5] == "n" ? "r" : "w";
        (string Name, string? Value)[] options =
        [
            ("SFUNC", row[6]), ("STYPE", row[7]), ("SSPACE", row[8]), ("FINALFUNC", row[9]), ("FINALFUNC_MODIFY", row[9] is null || row[11] == usual ? null : Modify(row[11])),
            ("COMBINEFUNC", row[12]), ("SERIALFUNC", row[13]), ("DESERIALFUNC", row[14]), ("INITCOND", row[15]), ("MSFUNC", row[16]), ("MINVFUNC", row[17]), ("MSTYPE", row[16] is null ? null : row[18]), ("MSSPACE", row[19]),
            ("MFINALFUNC", row[20]), ("MFINALFUNC_MODIFY", row[20] is null || row[22] == usual ? null : Modify(row[22])), ("MINITCOND", row[23]), ("SORTOP", row[24]),
            ("PARALLEL", row[25] switch { "s" => "safe", "r" => "restricted", _ => null }),
        ];
        foreach (var (name, value) in options)
        {
            if (value is not null) yield return $"{name} = {value}";
        }

        if (row[10] == "t") yield return "FINALFUNC_EXTRA";
        if (row[21] == "t") yield return "MFINALFUNC_EXTRA";
        if (row[5] == "h") yield return "HYPOTHETICAL";

        static string Modify(string? letter) => letter switch { "r" => "READ_ONLY", "s" => "SHAREABLE", _ => "READ_WRITE" };
    }

    private static async Task CastsAsync(CatalogueSession session, SchemaModel model)
    {
        var rows = await session.RowsAsync($"""
            SELECT c.oid, format('(%s AS %s)', format_type(c.castsource, NULL), format_type(c.casttarget, NULL)), c.castmethod, c.castcontext, nullif(c.castfunc, 0)::regprocedure::text
            FROM pg_cast c WHERE {Own("pg_cast", "c")} AND {NotInternal("pg_cast", "c")}
            """).ConfigureAwait(false);
        foreach (var row in rows)
        {
            var how = row[2] switch { "f" => $"WITH FUNCTION {row[4]}", "i" => "WITH INOUT", _ => "WITHOUT FUNCTION" };
            var item = model.Add(new DbObject(new ObjectAddress("pg_cast", Oid(row[0])), Ranks.Cast, "CAST", row[1]!));
            item.Add(EntryKind.Definition, $"CREATE CAST {row[1]} {how}{row[3] switch { "a" => " AS ASSIGNMENT", "i" => " AS IMPLICIT", _ => "" }}");
        }
    }
}
