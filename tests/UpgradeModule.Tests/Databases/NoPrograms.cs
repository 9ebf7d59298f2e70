using UpgradeModule.Engine.Databases.Postgres;
using UpgradeModule.Engine.Databases.Postgres.Programs;

namespace UpgradeModule.Tests.Databases;

/// <summary>A machine without any of PostgreSQL's programs.</summary>
internal static class NoPrograms
{
    /// <summary>What writes and reads archives there.</summary>
    /// <param name="container">The programs of the database's container; <see langword="null"/> for none.</param>
    public static IPostgresArchiver Archiver(ContainerTools? container = null) => new PgArchiver(container) { FindHere = (_, _) => Task.FromResult<IReadOnlyList<PostgresProgram>>([]) };
}
