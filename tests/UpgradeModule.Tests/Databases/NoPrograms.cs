using UpgradeModule.Engine.Operations;
using UpgradeModule.Engine.Databases.Postgres;
using UpgradeModule.Engine.Databases.Postgres.Programs;

namespace UpgradeModule.Tests.Databases;

/// <summary>A machine without any of PostgreSQL's programs.</summary>
internal sealed class NoPrograms : IPostgresArchiver
{
    public string Format => new PgArchiver().Format;

    public Task<string?> MissingAsync(int serverMajor, CancellationToken cancellationToken) => Task.FromResult<string?>(Missing().Message);

    public Task<IReadOnlyDictionary<string, string>> WriteAsync(PostgresLogIn source, int serverMajor, string snapshot, string file, Action<string> onTable, CancellationToken cancellationToken) => throw Missing();

    public Task<ArchiveFacts> ReadFactsAsync(string file, CancellationToken cancellationToken) => throw Missing();

    public Task<string?> RestoreAsync(string file, ArchiveFacts facts, PostgresLogIn target, RestoreMode mode, WorkProgress? progress, CancellationToken cancellationToken) => throw Missing();

    private static UpgradeException Missing() => PostgresPrograms.NotFound("pg_restore", 12, []);
}
