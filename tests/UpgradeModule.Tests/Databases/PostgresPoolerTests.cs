using UpgradeModule.Engine.Databases;
using UpgradeModule.Engine.Databases.Postgres;
using UpgradeModule.Tests.Support;

namespace UpgradeModule.Tests.Databases;

/// <summary>Behind a pooler a server's session is another's a moment later: nothing may be set for it that stays.</summary>
[Collection("PostgresManaged")]
public class PostgresPoolerTests(PostgresFixture postgres)
{
    private const string Limits = "SELECT current_setting('statement_timeout') || ' ' || current_setting('idle_in_transaction_session_timeout') || ' ' || current_setting('lock_timeout')";

    [SkippableFact]
    public async Task Limits_of_the_role_don_t_hold_for_a_session_of_our_own()
    {
        postgres.Require();
        await using var session = await PostgresConnection.OpenAsync(new PostgresServer(await MakeAsync()).Live, CancellationToken.None);
        Assert.Equal("0 0 0", await session.ScalarAsync(Limits, CancellationToken.None));
    }

    [SkippableFact]
    public async Task A_pooler_s_session_keeps_the_role_s_limits_and_a_backup_is_made_all_the_same()
    {
        postgres.Require();
        var access = await MakeAsync();
        using var pooler = new CuttingProxy(postgres.Port) { OnAnswer = Renumber };
        var behind = new DatabaseAccess { Target = access.Target with { Port = pooler.Port }, Credential = access.Credential };
        await using (var session = await PostgresConnection.OpenAsync(new PostgresServer(behind).Live, CancellationToken.None))
        {
            Assert.Equal("1min 2min 3min", await session.ScalarAsync(Limits, CancellationToken.None));
            await PostgresReader.BeginSnapshotAsync(session, CancellationToken.None);
            Assert.Equal("0 0 1min", await session.ScalarAsync(Limits, CancellationToken.None));
            await session.ExecuteAsync("COMMIT", CancellationToken.None);
            Assert.Equal("1min 2min 3min", await session.ScalarAsync(Limits, CancellationToken.None));
        }

        using var folder = new TempFolder();
        var dump = await postgres.Open(behind).DumpAsync(folder.Path, [], BackupOptions.Default, new RecordingOperation(), CancellationToken.None);
        Assert.Equal("public.t: 2", Assert.Single(dump.Tables).ToString());
    }

    // The number of the session that the server tells: a pooler tells one of its own.
    private static void Renumber(Memory<byte> answer)
    {
        var at = answer.Span.IndexOf((ReadOnlySpan<byte>)[(byte)'K', 0, 0, 0, 12]);
        if (at >= 0) answer.Span[at + 5] ^= 0x40;
    }

    private async Task<DatabaseAccess> MakeAsync()
    {
        var access = await postgres.CreateAsync();
        await PostgresFixture.RunAsync(access, "CREATE TABLE t (i int)", "INSERT INTO t VALUES (1), (2)");
        await postgres.AdminAsync($"ALTER ROLE {access.Target.User} SET statement_timeout = '1min'", $"ALTER ROLE {access.Target.User} SET idle_in_transaction_session_timeout = '2min'", $"ALTER ROLE {access.Target.User} SET lock_timeout = '3min'");
        return access;
    }
}
