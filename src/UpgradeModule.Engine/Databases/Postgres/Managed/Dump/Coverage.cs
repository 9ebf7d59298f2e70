using System.Globalization;
using UpgradeModule.Engine.Databases.Postgres.Managed.Reading;
using UpgradeModule.Engine.Databases.Postgres.Managed.Schema;
using static UpgradeModule.Engine.Databases.Postgres.Managed.Reading.CatalogueSession;

namespace UpgradeModule.Engine.Databases.Postgres.Managed.Dump;

/// <summary>Refuses, before a byte is written, what could not be written whole.</summary>
internal static class Coverage
{
    /// <summary>The error's id for what can't be written.</summary>
    public const string NotCovered = "BackupNotCovered";

    private const int Shown = 10;

    /// <summary>Refuses a server of a version that isn't known.</summary>
    /// <param name="place">The database.</param>
    /// <param name="connection">A session.</param>
    public static void RequireVersion(PostgresLogIn place, PostgresConnection connection)
    {
        if (connection.Major is >= SchemaReader.Oldest and <= SchemaReader.Newest) return;
        throw Refused(place, string.Create(CultureInfo.InvariantCulture, $"its server is PostgreSQL {connection.Version}, and {SchemaReader.Oldest} to {SchemaReader.Newest} are known"));
    }

    /// <summary>Refuses a database with something in it that isn't covered.</summary>
    /// <param name="place">The database.</param>
    /// <param name="model">What was read.</param>
    public static void Require(PostgresLogIn place, SchemaModel model)
    {
        if (model.Refusals.Count == 0) return;
        var found = model.Refusals.Distinct().Order(StringComparer.Ordinal).ToList();
        throw Refused(place, $"there is {string.Join(", ", found.Take(Shown))}{(found.Count > Shown ? string.Create(CultureInfo.InvariantCulture, $" and {found.Count - Shown} more") : "")}");
    }

    /// <summary>Refuses tables of which the role would see only a part.</summary>
    /// <param name="place">The database.</param>
    /// <param name="connection">The session.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <exception cref="UpgradeException"><c>PermissionMissing</c>.</exception>
    public static async Task RequireAllRowsAsync(PostgresLogIn place, PostgresConnection connection, CancellationToken cancellationToken)
    {
        var rows = await connection.QueryAsync($"SELECT format('%I.%I', n.nspname, c.relname) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.relkind = 'r' AND c.relrowsecurity AND {OwnSchema("n")} AND row_security_active(c.oid) ORDER BY 1", cancellationToken).ConfigureAwait(false);
        if (rows.Count == 0) return;
        throw new UpgradeException("PermissionMissing", UpgradeErrorCategory.PermissionDenied, place.ToString(), $"The role '{place.Credential.UserName}' would see only a part of the rows of {string.Join(", ", rows.Take(Shown).Select(row => row[0]))}, because of row-level security.", "Back up as the tables' owner, where it isn't forced on that too, or as a role with BYPASSRLS; nothing was written.");
    }

    /// <summary>Finds out, without a dump, whether a database would be refused.</summary>
    /// <param name="place">The database.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <returns>The refusal; <see langword="null"/> where there is none.</returns>
    public static async Task<UpgradeException?> FindAsync(PostgresLogIn place, CancellationToken cancellationToken)
    {
        var connection = await PostgresConnection.OpenAsync(place, cancellationToken).ConfigureAwait(false);
        await using (connection.ConfigureAwait(false))
        {
            try
            {
                RequireVersion(place, connection);
                await PostgresReader.BeginSnapshotAsync(connection, cancellationToken).ConfigureAwait(false);
                await connection.ExecuteAsync("SELECT pg_catalog.set_config('search_path', '', true)", cancellationToken).ConfigureAwait(false);
                var (model, _) = await SchemaReader.ReadAsync(connection, cancellationToken).ConfigureAwait(false);
                Require(place, model);
                return null;
            }
            catch (UpgradeException failure) when (failure.ErrorId == NotCovered)
            {
                return failure;
            }
        }
    }

    private static UpgradeException Refused(PostgresLogIn place, string reason) =>
        new(NotCovered, UpgradeErrorCategory.NotImplemented, place.ToString(), $"The module's own engine can't back up '{place}' whole: {reason}.", "Nothing was written. Use -Engine PgDump, for which pg_dump of the server's major or newer must be on this machine or in the container that the database runs in (Set-AppDeployment -DatabaseContainer).");
}
