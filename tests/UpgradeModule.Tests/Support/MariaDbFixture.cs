using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using UpgradeModule.Engine.Databases;
using UpgradeModule.Engine.Operations;

namespace UpgradeModule.Tests.Support;

/// <summary>One throw-away MariaDB server a test run, in a folder of its own and by a user that is not root. It listens on the loopback.</summary>
public sealed class MariaDbFixture : IAsyncLifetime
{
    private readonly TempFolder _folder = new();
    private BackgroundProgram? _server;
    private int _number;

    /// <summary>Why there is no server.</summary>
    public string? Missing { get; private set; }

    public int Port { get; private set; }

    /// <summary>The server's superuser.</summary>
    public DatabaseCredential Superuser { get; } = new("root", "r'oot \"p\\ass# ü");

    public async Task InitializeAsync()
    {
        var (server, install, client) = (BackgroundProgram.Find("mariadbd"), BackgroundProgram.Find("mariadb-install-db"), BackgroundProgram.Find("mariadb"));
        if (OperatingSystem.IsWindows() || server is null || install is null || client is null || BackgroundProgram.Find("mariadb-dump") is null)
        {
            Missing = "MariaDB's server and client programs are not installed (Debian: mariadb-server mariadb-client).";
            return;
        }

        var data = _folder.File("data");
        Directory.CreateDirectory(data);
        string[] asUser = [];
        if (Environment.UserName == "root")
        {
            await RunProgramAsync("chown", ["-R", "nobody", _folder.Path], null);
            File.SetUnixFileMode(_folder.Path, (UnixFileMode)0x1ED);
            asUser = [BackgroundProgram.Find("setpriv")!, "--reuid=nobody", "--regid=nogroup", "--clear-groups"];
        }

        string[] setUp = [.. asUser, install, "--no-defaults", "--datadir=" + data, "--auth-root-authentication-method=normal", "--skip-test-db"];
        await RunProgramAsync(setUp[0], setUp[1..], null);
        Port = SampleApps.FreePort();
        string[] run = [.. asUser, server, "--no-defaults", "--datadir=" + data, "--socket=" + _folder.File("s"), "--pid-file=" + _folder.File("pid"), "--bind-address=127.0.0.1", $"--port={Port.ToString(CultureInfo.InvariantCulture)}", "--innodb-buffer-pool-size=64M", "--character-set-server=utf8mb4", "--event-scheduler=OFF", "--skip-name-resolve=0"];
        _server = BackgroundProgram.Start(run[0], run[1..], _folder.File("log"));
        for (var since = Stopwatch.StartNew(); ; await Task.Delay(200))
        {
            try
            {
                await RunProgramAsync("mariadb", ["--no-defaults", "-uroot", "-h127.0.0.1", $"-P{Port.ToString(CultureInfo.InvariantCulture)}"], $"SET PASSWORD FOR root@localhost = PASSWORD('{Superuser.Reveal().Replace("\\", "\\\\", StringComparison.Ordinal).Replace("'", "''", StringComparison.Ordinal)}');");
                return;
            }
            catch (InvalidOperationException) when (since.Elapsed < TimeSpan.FromSeconds(60) && !_server.HasEnded)
            {
            }
        }
    }

    public async Task DisposeAsync()
    {
        if (_server is not null) await _server.DisposeAsync();
        _folder.Dispose();
    }

    /// <summary>Skips the test where there is no server.</summary>
    public void Require() => Skip.If(_server is null, Missing);

    /// <summary>Makes a user with a password, and a database with all rights on it and on those whose names begin alike.</summary>
    public async Task<DatabaseAccess> CreateAsync(string? grant = null, string? script = null)
    {
        var name = string.Create(CultureInfo.InvariantCulture, $"app{Interlocked.Increment(ref _number)}x{Guid.NewGuid().ToString("N")[..6]}");
        var credential = new DatabaseCredential(name, "p'ä\"s\\s# word of " + name);
        var quoted = credential.Reveal().Replace("\\", "\\\\", StringComparison.Ordinal).Replace("'", "''", StringComparison.Ordinal);
        await AdminAsync($"CREATE DATABASE {name} CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci; CREATE USER {name}@'%' IDENTIFIED BY '{quoted}'; {grant?.Replace("APP", name, StringComparison.Ordinal) ?? $"GRANT ALL ON `{name}%`.* TO {name}@'%'"};");
        if (script is not null) await InAsync(name, script);
        return Access(name, credential);
    }

    /// <summary>A database and its log-in.</summary>
    public DatabaseAccess Access(string name, DatabaseCredential credential, DatabaseCredential? maintenance = null) => new()
    {
        Target = new DatabaseTarget { Engine = DatabaseEngine.MySql, Server = "127.0.0.1", Port = Port, Name = name, User = credential.UserName },
        Credential = credential,
        Maintenance = maintenance,
        DockerHost = "unix:///nowhere/docker.sock",
    };

    /// <summary>Opens a database as the engine does.</summary>
    public static IAppDatabase Open(DatabaseAccess access, IOperationContext? operation = null) => new AppDatabases().Open(access, operation ?? NullOperationContext.Instance);

    /// <summary>Runs statements as the superuser.</summary>
    public Task<string> AdminAsync(string script) => RunProgramAsync("mariadb", [.. LogIn(), "--batch", "--skip-column-names"], script);

    /// <summary>Runs statements as the superuser in a database.</summary>
    public Task<string> InAsync(string database, string script) => RunProgramAsync("mariadb", [.. LogIn(), "--batch", "--skip-column-names", "--default-character-set=utf8mb4", database], script);

    /// <summary>What mariadb-dump writes of a database, without what names it, the host and the time, and without the table that says that it is kept.</summary>
    public async Task<string> TextAsync(string database)
    {
        var text = await RunProgramAsync("mariadb-dump", [.. LogIn(), "--single-transaction", "--routines", "--events", "--triggers", "--hex-blob", "--order-by-primary", "--default-character-set=utf8mb4", $"--ignore-table={database}.um_kept", database], null);
        text = text.Replace($"`{database}`", "`DB`", StringComparison.Ordinal).Replace($"'{database}'", "'DB'", StringComparison.Ordinal);
        var charset = await AdminAsync($"SELECT DEFAULT_CHARACTER_SET_NAME, DEFAULT_COLLATION_NAME FROM information_schema.SCHEMATA WHERE SCHEMA_NAME = '{database}'");
        return charset + Regex.Replace(text, "^-- (Host:|Dump completed).*$", "", RegexOptions.Multiline);
    }

    /// <summary>The databases whose names begin so.</summary>
    public async Task<IReadOnlyList<string>> DatabasesAsync(string start) => [.. (await AdminAsync("SHOW DATABASES")).Split('\n').Where(name => name.StartsWith(start, StringComparison.Ordinal)).Order(StringComparer.Ordinal)];

    /// <summary>Runs a program to its end.</summary>
    /// <returns>Its output.</returns>
    public static async Task<string> RunProgramAsync(string program, IReadOnlyList<string> arguments, string? input)
    {
        var start = new ProcessStartInfo(BackgroundProgram.Find(program) ?? program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true, StandardInputEncoding = new UTF8Encoding(false), StandardOutputEncoding = Encoding.UTF8 };
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync();
        var error = process.StandardError.ReadToEndAsync();
        try
        {
            if (input is not null) await process.StandardInput.WriteAsync(input);
            process.StandardInput.Close();
        }
        catch (IOException)
        {
            // It ended without reading; how it ended tells why.
        }

        await process.WaitForExitAsync();
        return process.ExitCode == 0 ? await output : throw new InvalidOperationException($"{program}: {await error}");
    }

    private IReadOnlyList<string> LogIn() => ["--no-defaults", "-uroot", "-p" + Superuser.Reveal(), "-h127.0.0.1", $"-P{Port.ToString(CultureInfo.InvariantCulture)}"];
}
