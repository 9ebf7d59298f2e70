using System.Globalization;
using Npgsql;
using UpgradeModule.Engine.Databases;
using UpgradeModule.Engine.Databases.Postgres;
using UpgradeModule.Engine.Databases.Postgres.Programs;
using UpgradeModule.Engine.Databases.Postgres.Scratch;
using UpgradeModule.Engine.Operations;

namespace UpgradeModule.Tests.Support;

/// <summary>One throw-away PostgreSQL server a test run, for every class of the collection <c>Postgres</c>. It listens on the loopback and wants passwords.</summary>
public sealed class PostgresFixture : IAsyncLifetime
{
    private ThrowAwayServer? _server;
    private int _number;

    /// <summary>Why there is no server.</summary>
    public string? Missing { get; private set; }

    public int Port => Server.LogIn.Port;

    /// <summary>The server's superuser.</summary>
    public DatabaseCredential Superuser => Server.LogIn.Credential;

    private ThrowAwayServer Server => _server ?? throw new InvalidOperationException(Missing);

    public async Task InitializeAsync()
    {
        if (await ThrowAwayServer.FindAsync(12, CancellationToken.None) is not { } program) Missing = "No PostgreSQL server programs (initdb) that this user could run are installed.";
        else _server = await ThrowAwayServer.StartAsync(program, loopback: true, CancellationToken.None);
    }

    public async Task DisposeAsync()
    {
        if (_server is not null) await _server.DisposeAsync();
    }

    /// <summary>Skips the test where there is no server.</summary>
    public void Require() => Skip.If(_server is null, Missing);

    /// <summary>Makes a role with a password, and a database that it owns.</summary>
    /// <param name="rights">What the role may besides: CREATEDB.</param>
    /// <param name="name">The database's and role's name; a fresh one where empty.</param>
    public async Task<DatabaseAccess> CreateAsync(string rights = "CREATEDB", string? name = null)
    {
        name ??= string.Create(CultureInfo.InvariantCulture, $"app{Interlocked.Increment(ref _number)}_{Guid.NewGuid().ToString("N")[..6]}");
        var credential = new DatabaseCredential(name, "pässword of '" + name + "'");
        await AdminAsync($"CREATE ROLE {SqlText.Name(name)} LOGIN {rights} PASSWORD {SqlText.Value(credential.Reveal())}", $"CREATE DATABASE {SqlText.Name(name)} OWNER {SqlText.Name(name)}");
        return Access(name, credential);
    }

    /// <summary>A database and its log-ins.</summary>
    public DatabaseAccess Access(string name, DatabaseCredential credential, DatabaseCredential? maintenance = null) => new()
    {
        Target = new DatabaseTarget { Engine = DatabaseEngine.Postgres, Server = "127.0.0.1", Port = Port, Name = name, User = credential.UserName },
        Credential = credential,
        Maintenance = maintenance,
    };

    /// <summary>Opens a database as the engine does.</summary>
    public IAppDatabase Open(DatabaseAccess access, IOperationContext? operation = null) => new AppDatabases().Open(access, operation ?? NullOperationContext.Instance);

    /// <summary>Runs statements as the superuser, beside every database.</summary>
    public Task AdminAsync(params string[] statements) => ExecuteAsync(Server.LogIn.ConnectionString("tests"), statements);

    /// <summary>Runs statements as the superuser in a database.</summary>
    public Task AdminInAsync(string database, params string[] statements) => ExecuteAsync((Server.LogIn with { Database = database }).ConnectionString("tests"), statements);

    /// <summary>Runs statements as a database's role.</summary>
    public static Task RunAsync(DatabaseAccess access, params string[] statements) => ExecuteAsync(ConnectionString(access), statements);

    /// <summary>The connection string of a database's role, as an application would have it.</summary>
    public static string ConnectionString(DatabaseAccess access, string application = "some app") =>
        new PostgresLogIn { Server = access.Target.Server!, Port = access.Target.Port!.Value, Database = access.Target.Name!, Credential = access.Credential! }.ConnectionString(application);

    /// <summary>Asks one value as the superuser.</summary>
    public async Task<string?> AskAsync(string sql, string database = "postgres")
    {
        await using var connection = new NpgsqlConnection((Server.LogIn with { Database = database }).ConnectionString("tests"));
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection) { AllResultTypesAreUnknown = true };
        return await command.ExecuteScalarAsync() as string;
    }

    /// <summary>Runs a script of psql as the superuser in a database.</summary>
    public async Task ScriptAsync(string database, string file)
    {
        var psql = (await PostgresPrograms.FindAsync("psql", CancellationToken.None)).LastOrDefault();
        Skip.If(psql is null, "psql is not installed.");
        var logIn = Server.LogIn with { Database = database };
        var result = await ProgramRun.ExecuteAsync(psql.Path, ["--no-psqlrc", "--quiet", "--set=ON_ERROR_STOP=1", "--file=" + file], logIn, null, null, CancellationToken.None);
        Assert.True(result.Succeeded, result.Complaint);
    }

    private static async Task ExecuteAsync(string connectionString, string[] statements)
    {
        await using var connection = new NpgsqlConnection(connectionString);
        await connection.OpenAsync();
        foreach (var statement in statements)
        {
            await using var command = new NpgsqlCommand(statement, connection);
            await command.ExecuteNonQueryAsync();
        }
    }
}
