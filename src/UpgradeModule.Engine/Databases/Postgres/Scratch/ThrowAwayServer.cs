using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using UpgradeModule.Engine.Databases.Files;
using UpgradeModule.Engine.Databases.Postgres.Programs;
using UpgradeModule.Engine.Databases.Programs;

namespace UpgradeModule.Engine.Databases.Postgres.Scratch;

/// <summary>
/// A PostgreSQL server of our own in a private temporary directory, made for one use. It ends with this process, however that ends: it hangs
/// on a pipe of it. On Unix it listens on a socket in that directory only, unless the loopback is asked for.
/// </summary>
internal sealed class ThrowAwayServer : IThrowAwayServer
{
    // Ends the server and removes its directory as soon as the pipe is closed, by us or by our death. Ctrl+C in a terminal goes to it as well
    // and must not end it before its work is done.
    private const string Keeper = """
        trap '' INT HUP
        postgres=$1; directory=$2; shift 2
        "$postgres" -D "$directory/data" "$@" >"$directory/log" 2>&1 </dev/null &
        server=$!
        read -r line
        kill -QUIT $server 2>/dev/null
        wait $server
        rm -rf "$directory"
        """;

    private readonly Process _keeper;
    private readonly string _directory;

    private ThrowAwayServer(Process keeper, string directory, PostgresLogIn logIn, PostgresProgram program)
    {
        _keeper = keeper;
        _directory = directory;
        LogIn = logIn;
        Program = program;
    }

    /// <summary>Settings for a server whose data nobody will miss, as arguments of its program.</summary>
    public static IReadOnlyList<string> Settings { get; } =
    [
        "-c", "fsync=off", "-c", "full_page_writes=off", "-c", "synchronous_commit=off", "-c", "wal_level=minimal", "-c", "max_wal_senders=0",
        "-c", "max_connections=60", "-c", "max_locks_per_transaction=256",
    ];

    /// <summary>Settings for a server that is to take as long for everything as one whose data counts.</summary>
    public static IReadOnlyList<string> LifelikeSettings { get; } = ["-c", "max_connections=100", "-c", "max_locks_per_transaction=256"];

    /// <inheritdoc/>
    public PostgresLogIn LogIn { get; }

    /// <summary>The program that runs.</summary>
    public PostgresProgram Program { get; }

    /// <summary>Finds the program for one.</summary>
    /// <param name="major">The lowest major that will do.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <returns>The initdb of an installation; <see langword="null"/> where there is none that can be used.</returns>
    public static async Task<PostgresProgram?> FindAsync(int major, CancellationToken cancellationToken)
    {
        if (UnprivilegedUser.IsNeeded && UnprivilegedUser.Find("postgres") is null) return null;
        var found = await PostgresPrograms.FindAsync("initdb", cancellationToken).ConfigureAwait(false);
        return found.FirstOrDefault(program => program.Major >= major && File.Exists(Sibling(program, "postgres")));
    }

    /// <summary>Makes and starts one.</summary>
    /// <param name="program">The initdb of the installation to use.</param>
    /// <param name="loopback">Whether it also listens on a free port of the loopback, with a password.</param>
    /// <param name="cancellationToken">Ends the work; nothing is left then.</param>
    /// <param name="lifelike">Whether it takes as long as a server whose data counts.</param>
    /// <exception cref="UpgradeException"><c>ScratchUnavailable</c>: it doesn't start; the message has its last words.</exception>
    public static async Task<ThrowAwayServer> StartAsync(PostgresProgram program, bool loopback, CancellationToken cancellationToken, bool lifelike = false)
    {
        loopback |= OperatingSystem.IsWindows();
        var user = UnprivilegedUser.IsNeeded ? UnprivilegedUser.Find("postgres") : null;
        var directory = TemporaryFolder.Make(TemporaryFolder.Server);
        Process? keeper = null;
        try
        {
            var password = Convert.ToHexString(RandomNumberGenerator.GetBytes(16));
            var passwordFile = Path.Combine(directory, "password");
            using (var stream = DurableFile.CreatePrivate(passwordFile)) stream.Write(System.Text.Encoding.ASCII.GetBytes(password));
            foreach (var path in new[] { passwordFile, directory })
            {
                if (user is not null) NativeFile.GiveTo(path, user.Id, user.Group);
            }

            string[] initialise = ["-D", Path.Combine(directory, "data"), "--username=postgres", "--encoding=UTF8", "--no-locale", "--no-sync", "--pwfile=" + passwordFile, "--auth-host=scram-sha-256", "--auth-local=trust"];
            var result = await RunAsync(user, program.Path, initialise, cancellationToken).ConfigureAwait(false);
            if (!result.Succeeded) throw Failed(program, result.Complaint);
            File.Delete(passwordFile);
            var port = loopback ? FreePort() : 5432;
            keeper = StartKeeper(user, Sibling(program, "postgres"), directory, port, loopback, lifelike ? LifelikeSettings : Settings);
            var logIn = new PostgresLogIn { Server = loopback ? "127.0.0.1" : directory, Port = port, Database = "postgres", Credential = new DatabaseCredential("postgres", password), SslMode = "disable" };
            await AwaitAsync(program, logIn, keeper, directory, cancellationToken).ConfigureAwait(false);
            return new ThrowAwayServer(keeper, directory, logIn, program);
        }
        catch
        {
            await EndAsync(keeper, directory).ConfigureAwait(false);
            throw;
        }
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => EndAsync(_keeper, _directory);

    private static string Sibling(PostgresProgram program, string name)
    {
        // A program on the PATH may be a link into the directory where the others are.
        var path = File.ResolveLinkTarget(program.Path, returnFinalTarget: true)?.FullName ?? program.Path;
        return Path.Combine(Path.GetDirectoryName(path)!, OperatingSystem.IsWindows() ? name + ".exe" : name);
    }

    private static Task<ProgramResult> RunAsync(UnprivilegedUser? user, string program, IReadOnlyList<string> arguments, CancellationToken cancellationToken) => user is null
        ? ProgramRun.ExecuteAsync(program, arguments, new Dictionary<string, string>(), null, null, cancellationToken)
        : ProgramRun.ExecuteAsync(user.Launcher[0], [.. user.Launcher.Skip(1), program, .. arguments], new Dictionary<string, string>(), null, null, cancellationToken);

    private static Process StartKeeper(UnprivilegedUser? user, string postgres, string directory, int port, bool loopback, IReadOnlyList<string> own)
    {
        List<string> settings = ["-p", port.ToString(CultureInfo.InvariantCulture), "-c", "listen_addresses=" + (loopback ? "127.0.0.1" : ""), .. own];
        if (OperatingSystem.IsWindows()) return Process.Start(new ProcessStartInfo(postgres, ["-D", Path.Combine(directory, "data"), .. settings]) { UseShellExecute = false, CreateNoWindow = true, RedirectStandardInput = true })!;
        settings.AddRange(["-c", "unix_socket_directories=" + directory]);
        string[] command = [.. user?.Launcher ?? [], "/bin/sh", "-c", Keeper, "sh", postgres, directory, .. settings];
        var start = new ProcessStartInfo(command[0], command[1..]) { UseShellExecute = false, RedirectStandardInput = true, WorkingDirectory = "/" };
        start.Environment["LC_ALL"] = "C";
        return Process.Start(start)!;
    }

    private static async Task AwaitAsync(PostgresProgram program, PostgresLogIn logIn, Process keeper, string directory, CancellationToken cancellationToken)
    {
        var since = Stopwatch.StartNew();
        while (true)
        {
            try
            {
                await (await PostgresConnection.OpenAsync(logIn, cancellationToken).ConfigureAwait(false)).DisposeAsync().ConfigureAwait(false);
                return;
            }
            catch (UpgradeException failure) when (failure.ErrorId == "DatabaseUnreachable")
            {
                if (keeper.HasExited || since.Elapsed > TimeSpan.FromSeconds(60)) throw Failed(program, LastWords(directory) ?? failure.Message);
                await Task.Delay(100, cancellationToken).ConfigureAwait(false);
            }
        }
    }

    private static string? LastWords(string directory)
    {
        var log = Path.Combine(directory, "log");
        return File.Exists(log) ? string.Join(" | ", File.ReadLines(log).TakeLast(3)) : null;
    }

    private static UpgradeException Failed(PostgresProgram program, string detail) =>
        new("ScratchUnavailable", UpgradeErrorCategory.ResourceUnavailable, program.Path, $"A throw-away server of PostgreSQL {program.Version} doesn't start: {detail.TrimEnd('.')}.", "Give a log-in for maintenance that may create databases on the deployment's own server (-MaintenanceCredential).");

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private static async ValueTask EndAsync(Process? keeper, string directory)
    {
        if (keeper is not null)
        {
            keeper.StandardInput.Close();
            if (OperatingSystem.IsWindows() && !keeper.HasExited) keeper.Kill(entireProcessTree: true);
            await keeper.WaitForExitAsync().ConfigureAwait(false);
            keeper.Dispose();
        }

        if (Directory.Exists(directory)) Directory.Delete(directory, recursive: true);
    }
}
