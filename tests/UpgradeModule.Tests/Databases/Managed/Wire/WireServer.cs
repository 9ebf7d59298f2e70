using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Npgsql;
using UpgradeModule.Engine.Databases.Postgres;
using UpgradeModule.Engine.Databases.Postgres.Scratch;
using UpgradeModule.Tests.Support;

namespace UpgradeModule.Tests.Databases.Managed.Wire;

/// <summary>A server with a role for each way of logging in, and with TLS by a certificate for 127.0.0.1 of an authority of its own.</summary>
public sealed class WireServer : IAsyncLifetime
{
    public const string Password = "pässword, 1";

    private const string Rules = """
        local all all trust
        host all trusting 127.0.0.1/32 trust
        host all hashed 127.0.0.1/32 md5
        host all plain 127.0.0.1/32 password
        hostssl all guarded 127.0.0.1/32 scram-sha-256
        host all refused 127.0.0.1/32 reject
        host all all 127.0.0.1/32 scram-sha-256
        """;

    private readonly TempFolder _folder = new();
    private ThrowAwayServer? _server;

    public string? Missing { get; private set; }

    /// <summary>The certificate of the authority.</summary>
    public string Root => _folder.File("root.pem");

    /// <summary>The certificate of another authority.</summary>
    public string OtherRoot => _folder.File("other.pem");

    public async Task InitializeAsync()
    {
        if (OperatingSystem.IsWindows() || await ThrowAwayServer.FindAsync(12, CancellationToken.None) is not { } program)
        {
            Missing = "No PostgreSQL server programs (initdb) that this user could run are installed.";
            return;
        }

        _server = await ThrowAwayServer.StartAsync(program, loopback: true, CancellationToken.None);
        using var key = RSA.Create(2048);
        using var authority = Authority("CN=authority", key);
        using var other = Authority("CN=authority", RSA.Create(2048));
        await File.WriteAllTextAsync(Root, authority.ExportCertificatePem());
        await File.WriteAllTextAsync(OtherRoot, other.ExportCertificatePem());
        using var ownKey = RSA.Create(2048);
        var request = new CertificateRequest("CN=server", ownKey, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        var names = new SubjectAlternativeNameBuilder();
        names.AddIpAddress(IPAddress.Loopback);
        request.CertificateExtensions.Add(names.Build());
        using var certificate = request.Create(authority, DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1), [1, 2, 3]);
        await WriteAsync("server.crt", certificate.ExportCertificatePem());
        await WriteAsync("server.key", ownKey.ExportPkcs8PrivateKeyPem());
        await WriteAsync("pg_hba.conf", Rules);
        await RunAsync("CREATE ROLE trusting LOGIN", $"CREATE ROLE plain LOGIN PASSWORD '{Password}'", $"CREATE ROLE guarded LOGIN PASSWORD '{Password}'", $"CREATE ROLE scrammed LOGIN PASSWORD '{Password}'", "CREATE ROLE refused LOGIN",
            "SET password_encryption = 'md5'", $"CREATE ROLE hashed LOGIN PASSWORD '{Password}'", "ALTER SYSTEM SET ssl = on", "SELECT pg_reload_conf()");
        for (var attempt = 0; attempt < 50 && await AskAsync("SHOW ssl") != "on"; attempt++) await Task.Delay(100);
    }

    public async Task DisposeAsync()
    {
        if (_server is not null) await _server.DisposeAsync();
        _folder.Dispose();
    }

    /// <summary>A log-in; the superuser's where there is no role.</summary>
    internal PostgresLogIn LogIn(string? role = null, string? password = Password, string? mode = "disable")
    {
        Skip.If(_server is null, Missing);
        return _server!.LogIn with { Credential = role is null ? _server.LogIn.Credential : new DatabaseCredential(role, password ?? ""), SslMode = mode };
    }

    public async Task<string?> AskAsync(string sql)
    {
        await using var connection = new NpgsqlConnection(_server!.LogIn.ConnectionString("tests"));
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection) { AllResultTypesAreUnknown = true };
        return await command.ExecuteScalarAsync() as string;
    }

    private static X509Certificate2 Authority(string name, RSA key)
    {
        var request = new CertificateRequest(name, key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        return request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-2), DateTimeOffset.UtcNow.AddDays(2));
    }

    // Through the server, so that the files are its own.
    private Task WriteAsync(string file, string text) => RunAsync($"DO $do$ BEGIN EXECUTE format('COPY (SELECT unnest(string_to_array(%L, E''\\n''))) TO PROGRAM %L', '{text.Replace("\r", "", StringComparison.Ordinal)}', 'umask 077; rm -f ' || current_setting('data_directory') || '/{file}; cat >' || current_setting('data_directory') || '/{file}'); END $do$");

    private async Task RunAsync(params string[] statements)
    {
        await using var connection = new NpgsqlConnection(_server!.LogIn.ConnectionString("tests"));
        await connection.OpenAsync();
        foreach (var statement in statements)
        {
            await using var command = new NpgsqlCommand(statement, connection);
            await command.ExecuteNonQueryAsync();
        }
    }
}
