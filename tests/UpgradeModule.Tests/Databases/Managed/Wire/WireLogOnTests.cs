using UpgradeModule.Engine.Databases.Postgres;
using UpgradeModule.Engine.Databases.Postgres.Managed.Wire;

namespace UpgradeModule.Tests.Databases.Managed.Wire;

/// <summary>Every way of logging in, and what is left to the driver.</summary>
[Collection("PostgresManaged")]
public class WireLogOnTests(WireServer server) : IClassFixture<WireServer>
{
    [SkippableTheory]
    [InlineData("trusting", "disable")]
    [InlineData("plain", "disable")]
    [InlineData("hashed", "disable")]
    [InlineData("scrammed", "disable")]
    [InlineData("scrammed", "prefer")]
    [InlineData("scrammed", null)]
    [InlineData("hashed", "require")]
    [InlineData("guarded", "require")]
    public async Task Every_way_of_logging_in_with_a_password_is_known(string role, string? mode)
    {
        var encrypted = mode != "disable";
        Assert.Equal($"{role} {(encrypted ? "t" : "f")}\n", await AskAsync(server.LogIn(role, mode: mode), $"SELECT current_user || ' ' || (SELECT substr(ssl::text, 1, 1) FROM pg_stat_ssl WHERE pid = pg_backend_pid())"));
    }

    [SkippableFact]
    public async Task A_Unix_socket_will_do()
    {
        var logIn = server.LogIn();
        var folder = await server.AskAsync("SHOW unix_socket_directories");
        Assert.Equal("t\n", await AskAsync(logIn with { Server = folder!, SslMode = null }, "SELECT inet_client_addr() IS NULL"));
    }

    [SkippableTheory]
    [InlineData("verify-ca", "127.0.0.1", true, true)]
    [InlineData("verify-ca", "localhost", true, true)]
    [InlineData("verify-full", "127.0.0.1", true, true)]
    [InlineData("verify-full", "localhost", true, false)]
    [InlineData("verify-ca", "127.0.0.1", false, false)]
    [InlineData("verify-full", "127.0.0.1", false, false)]
    public async Task A_certificate_is_held_against_the_root_and_the_name(string mode, string host, bool root, bool trusted)
    {
        var logIn = server.LogIn("scrammed", mode: mode) with { Server = host };
        await WithRootAsync(root ? server.Root : server.OtherRoot, async () =>
        {
            var (session, obstacle) = await WireSession.TryOpenAsync(logIn, false, CancellationToken.None);
            Assert.Equal(trusted, session is not null);
            Assert.Equal(trusted, obstacle is null);
            if (session is not null) await session.DisposeAsync();
            // As the driver does.
            if (trusted) await (await PostgresConnection.OpenAsync(logIn, CancellationToken.None)).DisposeAsync();
            else Assert.Equal("DatabaseUnreachable", (await Assert.ThrowsAsync<UpgradeException>(() => PostgresConnection.OpenAsync(logIn, CancellationToken.None))).ErrorId);
        });
    }

    [SkippableTheory]
    [InlineData("scrammed", "wrong", "disable", "password authentication failed")]
    [InlineData("hashed", "wrong", "disable", "password authentication failed")]
    [InlineData("scrammed", null, "disable", "wants a password")]
    [InlineData("refused", "secret", "disable", "pg_hba.conf")]
    [InlineData("scrammed", "secret", "allow", "'allow'")]
    public async Task What_does_not_work_is_told_without_the_password(string role, string? password, string mode, string reason)
    {
        var (session, obstacle) = await WireSession.TryOpenAsync(server.LogIn(role, password, mode), false, CancellationToken.None);
        Assert.Null(session);
        Assert.Contains(reason, obstacle, StringComparison.Ordinal);
        if (password is not null) Assert.DoesNotContain(password, obstacle, StringComparison.Ordinal);
    }

    [SkippableFact]
    public async Task What_the_driver_has_encrypted_is_never_read_unencrypted()
    {
        Assert.Null((await WireSession.TryOpenAsync(server.LogIn("scrammed"), true, CancellationToken.None)).Session);
        await using var session = (await WireSession.TryOpenAsync(server.LogIn("scrammed", mode: "prefer"), true, CancellationToken.None)).Session;
        Assert.NotNull(session);
    }

    [SkippableTheory]
    [InlineData("a.example,b.example", "several servers")]
    [InlineData("127.0.0.1", "")]
    public async Task What_is_not_there_is_told(string host, string reason)
    {
        var (session, obstacle) = await WireSession.TryOpenAsync(server.LogIn("scrammed") with { Server = host, Port = 1 }, false, CancellationToken.None);
        Assert.Null(session);
        Assert.Contains(reason, obstacle, StringComparison.Ordinal);
    }

    private static async Task<string> AskAsync(PostgresLogIn logIn, string sql)
    {
        var (session, obstacle) = await WireSession.TryOpenAsync(logIn, false, CancellationToken.None);
        Assert.True(session is not null, obstacle);
        await using (session)
        {
            await using var copy = await session.BeginCopyOutAsync($"COPY ({sql}) TO STDOUT", CancellationToken.None);
            var bytes = new MemoryStream();
            await copy.Stream.CopyToAsync(bytes);
            return System.Text.Encoding.UTF8.GetString(bytes.ToArray());
        }
    }

    private static async Task WithRootAsync(string root, Func<Task> work)
    {
        Environment.SetEnvironmentVariable("PGSSLROOTCERT", root);
        try
        {
            await work();
        }
        finally
        {
            Environment.SetEnvironmentVariable("PGSSLROOTCERT", null);
        }
    }
}
