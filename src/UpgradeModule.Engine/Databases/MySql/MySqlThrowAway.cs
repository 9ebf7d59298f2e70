using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using UpgradeModule.Engine.Databases.Files;
using UpgradeModule.Engine.Databases.Programs;

namespace UpgradeModule.Engine.Databases.MySql;

/// <summary>
/// A MySQL or MariaDB server of our own in a private temporary folder, made for one use, on a free port of the loopback and with passwords of its own. It ends
/// with this process, however that ends: it hangs on a pipe of it. It takes as long for everything as a server whose data counts.
/// </summary>
internal sealed class MySqlThrowAway : IAsyncDisposable
{
    private const string Administrator = "um_rehearsal";
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(90);

    // Ends the server and removes its folder as soon as the pipe is closed, by us or by our death.
    private const string Keeper = """
        trap '' INT HUP
        server=$1; directory=$2; shift 2
        "$server" "$@" >"$directory/log" 2>&1 </dev/null &
        process=$!
        read -r line
        kill -KILL $process 2>/dev/null
        wait $process
        rm -rf "$directory"
        """;

    private readonly Process _keeper;
    private readonly string _directory;
    private readonly MySqlServerProgram _program;

    private MySqlThrowAway(Process keeper, string directory, MySqlServerProgram program, DatabaseAccess access)
    {
        _keeper = keeper;
        _directory = directory;
        _program = program;
        Access = access;
    }

    /// <summary>The database on it, the application's log-in and the administrator's. It holds secrets.</summary>
    public DatabaseAccess Access { get; }

    /// <summary>Makes and starts one with an empty database on it; whether it answers yet, <see cref="AwaitAsync"/> tells.</summary>
    /// <param name="program">The program.</param>
    /// <param name="name">The database.</param>
    /// <param name="user">The user that has all rights on it, and on others whose names begin so.</param>
    /// <param name="password">The user's and the administrator's password.</param>
    /// <param name="cancellationToken">Ends the work; nothing is left then.</param>
    /// <exception cref="UpgradeException"><c>ScratchUnavailable</c>: it doesn't start; the message has its last words.</exception>
    public static async Task<MySqlThrowAway> StartAsync(MySqlServerProgram program, string name, string user, string password, CancellationToken cancellationToken)
    {
        var account = UnprivilegedUser.IsNeeded ? UnprivilegedUser.Find("mysql") : null;
        var directory = TemporaryFolder.Make(TemporaryFolder.Server);
        Process? keeper = null;
        try
        {
            var script = Path.Combine(directory, "init.sql");
            using (var stream = DurableFile.CreatePrivate(script)) stream.Write(Encoding.UTF8.GetBytes(Script(name, user, password)));
            foreach (var path in new[] { script, directory })
            {
                if (account is not null) NativeFile.GiveTo(path, account.Id, account.Group);
            }

            var data = Path.Combine(directory, "data");
            string[] make = program.Install is { } install
                ? [install, "--no-defaults", "--datadir=" + data, "--auth-root-authentication-method=normal", "--skip-test-db"]
                : [program.Path, "--no-defaults", "--initialize-insecure", "--datadir=" + data];
            string[] command = [.. account?.Launcher ?? [], .. make];
            var outcome = await new LocalPrograms().RunAsync(new ProgramRequest { Program = command[0], Arguments = command[1..], Output = static (stream, stop) => stream.CopyToAsync(Stream.Null, stop) }, cancellationToken).ConfigureAwait(false);
            if (!outcome.Succeeded) throw Failed(program, string.Join(" | ", outcome.Errors));
            var port = FreePort();
            keeper = StartKeeper(account, program, directory, data, script, port);
            var target = new DatabaseTarget { Engine = DatabaseEngine.MySql, Server = "127.0.0.1", Port = port, Name = name, User = user };
            return new MySqlThrowAway(keeper, directory, program, new DatabaseAccess { Target = target, Credential = new DatabaseCredential(user, password), Maintenance = new DatabaseCredential(Administrator, password) });
        }
        catch
        {
            await EndAsync(keeper, directory).ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Waits until it answers.</summary>
    /// <param name="server">The server, with its log-ins.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="UpgradeException"><c>ScratchUnavailable</c>.</exception>
    public async Task AwaitAsync(MySqlServer server, CancellationToken cancellationToken)
    {
        for (var since = Stopwatch.StartNew(); ; await Task.Delay(200, cancellationToken).ConfigureAwait(false))
        {
            try
            {
                await (await server.OpenAdminAsync(cancellationToken).ConfigureAwait(false)).DisposeAsync().ConfigureAwait(false);

                // It holds passwords, and has been run.
                File.Delete(Path.Combine(_directory, "init.sql"));
                return;
            }
            catch (MySqlFailure failure)
            {
                if (_keeper.HasExited || since.Elapsed > Patience) throw Failed(_program, LastWords() ?? failure.Message);
            }
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync() => await EndAsync(_keeper, _directory).ConfigureAwait(false);

    // What the server runs before it listens. A definer of either name is found again.
    private static string Script(string name, string user, string password)
    {
        var script = new StringBuilder();
        script.Append("CREATE DATABASE ").Append(MySqlText.Name(name)).Append(";\n");
        foreach (var host in new[] { "127.0.0.1", "localhost", "%" })
        {
            foreach (var one in new[] { user, Administrator })
            {
                var account = $"{MySqlText.Value(one)}@'{host}'";
                script.Append("CREATE USER IF NOT EXISTS ").Append(account).Append(";\nALTER USER ").Append(account).Append(" IDENTIFIED BY ").Append(MySqlText.Value(password)).Append(";\n");
            }

            script.Append("GRANT ALL ON *.* TO ").Append(MySqlText.Value(Administrator)).Append("@'").Append(host).Append("' WITH GRANT OPTION;\n");
            script.Append("GRANT ALL ON ").Append(MySqlText.Name(name + "%")).Append(".* TO ").Append(MySqlText.Value(user)).Append("@'").Append(host).Append("';\n");
        }

        return script.ToString();
    }

    private static Process StartKeeper(UnprivilegedUser? account, MySqlServerProgram program, string directory, string data, string script, int port)
    {
        string[] settings =
        [
            "--no-defaults", "--datadir=" + data, "--socket=" + Path.Combine(directory, "s"), "--pid-file=" + Path.Combine(directory, "pid"), "--bind-address=127.0.0.1", "--port=" + port.ToString(CultureInfo.InvariantCulture),
            "--skip-name-resolve", "--init-file=" + script, "--max-allowed-packet=1G", "--character-set-server=utf8mb4", "--event-scheduler=OFF", "--log-bin-trust-function-creators=1",
        ];
        string[] command = [.. account?.Launcher ?? [], "/bin/sh", "-c", Keeper, "sh", program.Path, directory, .. settings];
        var start = new ProcessStartInfo(command[0], command[1..]) { UseShellExecute = false, RedirectStandardInput = true, WorkingDirectory = "/" };
        start.Environment["LC_ALL"] = "C";
        return Process.Start(start)!;
    }

    private string? LastWords()
    {
        var log = Path.Combine(_directory, "log");
        return File.Exists(log) ? string.Join(" | ", File.ReadLines(log).TakeLast(3)) : null;
    }

    private static UpgradeException Failed(MySqlServerProgram program, string detail) =>
        new("ScratchUnavailable", UpgradeErrorCategory.ResourceUnavailable, program.Path, $"A throw-away server of {program.Version.Name} doesn't start: {detail.TrimEnd('.')}.", "Rehearse on a machine whose server programs of MySQL or MariaDB can be run.");

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private static async Task EndAsync(Process? keeper, string directory)
    {
        if (keeper is not null)
        {
            keeper.StandardInput.Close();
            await keeper.WaitForExitAsync().ConfigureAwait(false);
            keeper.Dispose();
        }

        if (Directory.Exists(directory)) Directory.Delete(directory, recursive: true);
    }
}
