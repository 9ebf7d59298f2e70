using System.Diagnostics;
using System.Globalization;
using Npgsql;
using UpgradeModule.Engine.Databases;
using UpgradeModule.Engine.Databases.Postgres;
using UpgradeModule.Engine.Databases.Postgres.Scratch;
using UpgradeModule.Engine.Databases.Programs;

namespace UpgradeModule.Tests.Support;

/// <summary>
/// A PostgreSQL server of a test's own, which the test may stop as a power cut would and start again. Unlike <see cref="PostgresFixture"/>'s, it keeps what it
/// acknowledged. It stands in a folder of its own, or on a disk that may be full.
/// </summary>
public sealed class OwnPostgres : IAsyncDisposable
{
    private readonly TempFolder _folder = new();
    private readonly string _programs;
    private readonly UnprivilegedUser? _user;
    private readonly int _port = SampleApps.FreePort();
    private int _number;

    private OwnPostgres(string programs, UnprivilegedUser? user, SmallDisk? disk) => (_programs, _user, Disk) = (programs, user, disk);

    /// <summary>The disk that it stands on, where it has one of its own.</summary>
    public SmallDisk? Disk { get; }

    private string Data => Path.Combine(Disk?.Path ?? _folder.Path, "data");

    /// <summary>Makes and starts one; skips the test where that can't be.</summary>
    /// <param name="disk">The disk that it stands on; it is unmounted with it.</param>
    public static async Task<OwnPostgres> StartAsync(SmallDisk? disk = null)
    {
        var program = await ThrowAwayServer.FindAsync(12, CancellationToken.None);
        Skip.If(program is null || OperatingSystem.IsWindows(), "No PostgreSQL server programs (initdb) that this user could run are installed.");
        var bin = Path.GetDirectoryName(File.ResolveLinkTarget(program.Path, returnFinalTarget: true)?.FullName ?? program.Path)!;
        var server = new OwnPostgres(bin, UnprivilegedUser.IsNeeded ? UnprivilegedUser.Find("postgres") : null, disk);
        Directory.CreateDirectory(server.Data);
        if (server._user is { } user) await RunAsync("chown", "-R", string.Create(CultureInfo.InvariantCulture, $"{user.Id}:{user.Group}"), server._folder.Path, server.Data);
        await server.DoAsync("initdb", "-D", server.Data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--no-locale", "-N");
        await server.StartAgainAsync();
        return server;
    }

    /// <summary>Starts it, and waits until it answers. Nothing is done where it runs.</summary>
    public async Task StartAgainAsync()
    {
        if (await AnswersAsync()) return;
        await DoAsync("pg_ctl", "-D", Data, "-w", "-t", "60", "-l", _folder.File("log"), "-o", string.Create(CultureInfo.InvariantCulture, $"-p {_port} -c listen_addresses=127.0.0.1 -c unix_socket_directories={_folder.Path} -c max_wal_size=48MB -c min_wal_size=32MB"), "start");
    }

    /// <summary>Stops it as if the power were cut: every session ends, nothing is written to the end.</summary>
    public Task StopAsync() => DoAsync("pg_ctl", "-D", Data, "-w", "-m", "immediate", "stop");

    /// <summary>Makes a role that may create databases, and a database of it.</summary>
    public async Task<DatabaseAccess> CreateAsync()
    {
        var name = string.Create(CultureInfo.InvariantCulture, $"app{Interlocked.Increment(ref _number)}");
        await AdminAsync($"CREATE ROLE {name} LOGIN CREATEDB PASSWORD 'pässword'");
        await AdminAsync($"CREATE DATABASE {name} OWNER {name}");
        return new DatabaseAccess
        {
            Target = new DatabaseTarget { Engine = DatabaseEngine.Postgres, Server = "127.0.0.1", Port = _port, Name = name, User = name },
            Credential = new DatabaseCredential(name, "pässword"),
        };
    }

    public async ValueTask DisposeAsync()
    {
        NpgsqlConnection.ClearAllPools();
        if (File.Exists(Path.Combine(Data, "postmaster.pid"))) await TryAsync(StopAsync);
        Disk?.Dispose();
        _folder.Dispose();
    }

    private async Task AdminAsync(string sql)
    {
        await using var connection = new NpgsqlConnection(string.Create(CultureInfo.InvariantCulture, $"Host=127.0.0.1;Port={_port};Username=postgres;Database=postgres;Pooling=false"));
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync();
    }

    private Task<bool> AnswersAsync() => TryAsync(() => AdminAsync("SELECT 1"));

    private static async Task<bool> TryAsync(Func<Task> work)
    {
        try
        {
            await work();
            return true;
        }
        catch (Exception failure) when (failure is NpgsqlException or InvalidOperationException)
        {
            return false;
        }
    }

    private Task DoAsync(string program, params string[] arguments) => RunAsync([.. _user?.Launcher ?? [], Path.Combine(_programs, program), .. arguments]);

    private static async Task RunAsync(params string[] command)
    {
        // A server that is started inherits what it is given: a pipe would never end.
        var start = new ProcessStartInfo("/bin/sh", ["-c", "exec \"$@\" >/dev/null 2>&1 </dev/null", "sh", .. command]) { WorkingDirectory = "/" };
        using var process = Process.Start(start)!;
        await process.WaitForExitAsync();
        if (process.ExitCode != 0) throw new InvalidOperationException($"{command[^1]} of {string.Join(' ', command)} ended with {process.ExitCode}.");
    }
}
