using UpgradeModule.Engine.Apps;
using UpgradeModule.Engine.Databases;
using UpgradeModule.Engine.Operations;
using UpgradeModule.Tests.Support;

namespace UpgradeModule.Tests.Databases;

public class DatabaseOpenerTests
{
    private static readonly string Root = OperatingSystem.IsWindows() ? "C:\\srv\\app" : "/srv/app";

    private static readonly AppSpec Metabase = new()
    {
        Name = "metabase",
        Settings = new SettingsSpec
        {
            FileSuffix = "_FILE",
            Database = new DatabaseSettingsSpec
            {
                Type = "MB_DB_TYPE",
                TypeValues = new Dictionary<string, string> { ["postgres"] = "Postgres", ["mysql"] = "MySql", ["h2"] = "H2", ["sqlite"] = "Sqlite" },
                DefaultEngine = "H2",
                Uri = "MB_DB_CONNECTION_URI",
                Host = "MB_DB_HOST",
                Port = "MB_DB_PORT",
                Name = "MB_DB_DBNAME",
                User = "MB_DB_USER",
                Password = "MB_DB_PASS",
                File = "MB_DB_FILE",
                DefaultFile = "metabase.db",
                FileSuffix = ".mv.db",
                DefaultHost = "localhost",
            },
        },
    };

    private static readonly DatabaseOpener Opener = new(new AppDatabases());

    [Theory]
    [InlineData("jdbc:postgresql://db.example:5433/mb?user=app&password=p%40ss", "db.example", 5433, "mb", "app", "p@ss", null)]
    [InlineData("postgres://app:secret@db.example/mb", "db.example", null, "mb", "app", "secret", null)]
    [InlineData("postgresql://app:s%40cret@db:5432/mb", "db", 5432, "mb", "app", "s%40cret", null)]
    [InlineData("jdbc:postgresql://app:secret@db/mb?ssl=true&sslmode=require", "db", null, "mb", "app", "secret", "require")]
    [InlineData("postgresql://10.0.0.1:5432/postgres?user=u%40server&password=x&ssl=true", "10.0.0.1", 5432, "postgres", "u@server", "x", "verify-full")]
    [InlineData("jdbc:postgresql://db/mb?user=app&ssl=true&sslfactory=org.postgresql.ssl.NonValidatingFactory", "db", null, "mb", "app", "", "require")]
    [InlineData("jdbc:postgresql://[::1]:5432/mb?user=app", "::1", 5432, "mb", "app", "", null)]
    [InlineData("jdbc:postgresql:mb?user=app", "localhost", null, "mb", "app", "", null)]
    [InlineData("postgres://app@db/mb%20two", "db", null, "mb two", "app", "", null)]
    [InlineData("Host=db;Port=5444;Database=mb;Username=app;Password='a;b';SSL Mode=VerifyFull", "db", 5444, "mb", "app", "a;b", "verify-full")]
    public async Task PostgreSQL_addresses_are_read_as_the_application_reads_them(string uri, string server, int? port, string name, string user, string password, string? ssl)
    {
        var access = await ResolveAsync(("MB_DB_CONNECTION_URI", uri));
        Assert.Equal((DatabaseEngine.Postgres, server, port, name, user, ssl), (access.Target.Engine, access.Target.Server, access.Target.Port, access.Target.Name, access.Target.User, access.Target.SslMode));
        Assert.Equal((user, password), (access.Credential!.UserName, access.Credential.Reveal()));
        Assert.True(access.Target.FromSettings);
        Assert.Equal("MB_DB_CONNECTION_URI (test.env)", access.Target.Source);
    }

    [Theory]
    [InlineData("jdbc:mysql://db.example:3307/mb?user=app&password=p%40ss", 3307, "app", "p@ss", null)]
    [InlineData("mysql://app:s%40cret@db.example/mb", null, "app", "s%40cret", null)]
    [InlineData("jdbc:mysql://app:secret@db.example/mb?useSSL=true&serverTimezone=UTC", null, "app", "secret", "require")]
    [InlineData("jdbc:mysql://db.example/mb?user=app&password=x&sslMode=VERIFY_IDENTITY", null, "app", "x", "verify-full")]
    [InlineData("jdbc:mariadb://db.example/mb?user=app&password=x&sslMode=trust", null, "app", "x", "require")]
    [InlineData("jdbc:mysql://db.example/mb?user=app&password=x&useSSL=false&allowPublicKeyRetrieval=true", null, "app", "x", "disable")]
    public async Task MySQL_addresses_are_read_as_their_drivers_read_them(string uri, int? port, string user, string password, string? ssl)
    {
        var access = await ResolveAsync(("MB_DB_CONNECTION_URI", uri));
        Assert.Equal((DatabaseEngine.MySql, "db.example", port, "mb", user, ssl), (access.Target.Engine, access.Target.Server, access.Target.Port, access.Target.Name, access.Target.User, access.Target.SslMode));
        Assert.Equal(password, access.Credential!.Reveal());
    }

    [Theory]
    [InlineData("mongodb://mongo/sharelatex", "mongo", "sharelatex", null, "sharelatex", null)]
    [InlineData("mongodb://u:p%40@mongo:27018/app?authSource=admin&tls=true", "mongo", "app", "u", "admin", "verify-full")]
    [InlineData("mongodb://mongo", "mongo", null, null, null, null)]
    public async Task MongoDB_addresses_tell_where_the_user_is_defined(string uri, string server, string? name, string? user, string? defined, string? ssl)
    {
        var target = (await ResolveAsync(("MB_DB_CONNECTION_URI", uri))).Target;
        Assert.Equal((DatabaseEngine.Mongo, server, name, user, defined, ssl), (target.Engine, target.Server, target.Name, target.User, target.AuthenticationDatabase, target.SslMode));
    }

    [Theory]
    [InlineData("postgres://app:p%40s%3As@db/mb", "app", "p@s:s")]
    [InlineData("postgres://app:p@s:s@db/mb", "app", "p@s:s")]
    [InlineData("postgres://app:secret@db/mb?application_name=a@b", "app", "secret")]
    public async Task Applications_that_decode_credentials_get_them_decoded(string uri, string user, string password)
    {
        var spec = Metabase with { Settings = Metabase.Settings with { Database = Metabase.Settings.Database! with { UriDecodesCredentials = true } } };
        var access = await Opener.ResolveAsync(new DeploymentContext { Spec = spec }, Settings(("MB_DB_CONNECTION_URI", uri)), CancellationToken.None);
        Assert.Equal(("db", user, password), (access.Target.Server, access.Credential!.UserName, access.Credential.Reveal()));
    }

    [Fact]
    public async Task User_and_password_beside_an_address_win()
    {
        var access = await ResolveAsync(("MB_DB_CONNECTION_URI", "postgres://old:older@db/mb"), ("MB_DB_USER", "new"), ("MB_DB_PASS", "newer"));
        Assert.Equal(("new", "newer", "new"), (access.Credential!.UserName, access.Credential.Reveal(), access.Target.User));
    }

    [Fact]
    public async Task Single_settings_and_defaults_are_read()
    {
        var access = await ResolveAsync(("MB_DB_TYPE", "postgres"), ("MB_DB_DBNAME", "mb"), ("MB_DB_USER", "app"), ("MB_DB_PASS", "x"), ("MB_DB_PORT", "5555"));
        Assert.Equal(("localhost", 5555, "mb", "app"), (access.Target.Server, access.Target.Port, access.Target.Name, access.Target.User));
    }

    [Theory]
    [InlineData("MB_DB_FILE", "data/metabase.db", DatabaseEngine.H2, "data/metabase.db.mv.db")]
    [InlineData("MB_DB_CONNECTION_URI", "jdbc:h2:file:data/mb.db;IFEXISTS=TRUE", DatabaseEngine.H2, "data/mb.db.mv.db")]
    [InlineData("MB_DB_CONNECTION_URI", "sqlite:app.db", DatabaseEngine.Sqlite, "app.db")]
    [InlineData("MB_DB_CONNECTION_URI", "Data Source=app data.db;Cache=Shared", DatabaseEngine.Sqlite, "app data.db")]
    [InlineData("MB_DB_CONNECTION_URI", "jdbc:sqlite:sub/app.db?mode=ro", DatabaseEngine.Sqlite, "sub/app.db")]
    [InlineData("MB_OTHER", "", DatabaseEngine.H2, "metabase.db.mv.db")]
    public async Task Files_are_relative_to_the_working_directory(string setting, string value, DatabaseEngine engine, string expected)
    {
        var access = await ResolveAsync((setting, value));
        Assert.Equal((engine, Path.GetFullPath(Path.Combine(Root, expected))), (access.Target.Engine, access.Target.Path));
        Assert.Null(access.Credential);
    }

    [SkippableTheory]
    [InlineData("sqlite:///var/lib/app.db")]
    [InlineData("sqlite:////var/lib/app.db")]
    [InlineData("file:/var/lib/app.db?cache=shared")]
    [InlineData("Filename=/var/lib/app.db")]
    public async Task Absolute_files_stay_where_they_are(string uri)
    {
        Skip.If(OperatingSystem.IsWindows(), "These paths are absolute on Unix.");
        Assert.Equal("/var/lib/app.db", (await ResolveAsync(("MB_DB_CONNECTION_URI", uri))).Target.Path);
    }

    [Fact]
    public async Task A_setting_may_name_a_file_with_its_value()
    {
        using var folder = new TempFolder();
        await File.WriteAllTextAsync(folder.File("pass"), "from file\n");
        var access = await ResolveAsync(("MB_DB_TYPE", "postgres"), ("MB_DB_DBNAME", "mb"), ("MB_DB_USER", "app"), ("MB_DB_PASS_FILE", folder.File("pass")));
        Assert.Equal("from file", access.Credential!.Reveal());
    }

    [Theory]
    [InlineData("MB_DB_CONNECTION_URI", "postgres://app:hunter2@db:99999/mb")]
    [InlineData("MB_DB_CONNECTION_URI", "postgres://app:hunter2@a,b/mb")]
    [InlineData("MB_DB_CONNECTION_URI", "postgres://app:hun:ter2@db/mb")]
    [InlineData("MB_DB_CONNECTION_URI", "jdbc:postgresql://db:5432/mb?user=u@server&password=hunter2")]
    [InlineData("MB_DB_CONNECTION_URI", "oracle://app:hunter2@db/mb")]
    [InlineData("MB_DB_CONNECTION_URI", "hunter2;=")]
    [InlineData("MB_DB_CONNECTION_URI", "jdbc:h2:mem:hunter2")]
    [InlineData("MB_DB_TYPE", "hunter2")]
    [InlineData("MB_DB_PASS_FILE", "/no/such/hunter2")]
    public async Task Mistakes_are_told_by_setting_and_source_and_never_with_the_value(string setting, string value)
    {
        var failure = await Assert.ThrowsAsync<UpgradeException>(() => ResolveAsync(value.StartsWith("/no", StringComparison.Ordinal) ? [("MB_DB_TYPE", "postgres"), ("MB_DB_DBNAME", "mb"), (setting, value)] : [("MB_DB_TYPE", value == "hunter2" ? value : "postgres"), (setting, value)]));
        Assert.Equal("DatabaseSettingsInvalid", failure.ErrorId);
        Assert.Contains(setting, failure.Message, StringComparison.Ordinal);
        Assert.Contains("test.env", failure.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("hunter2", failure.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("ter2", failure.ToString().Replace(failure.InnerException?.ToString() ?? "\0", "", StringComparison.Ordinal), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_database_that_was_given_wins_over_the_settings_and_takes_their_password_for_its_own_role()
    {
        var settings = Settings(("MB_DB_CONNECTION_URI", "postgres://app:secret@db/mb"));
        var given = new DatabaseTarget { Engine = DatabaseEngine.Postgres, Server = "other", Name = "mb2", User = "app" };
        var access = await Opener.ResolveAsync(Context(given), settings, CancellationToken.None);
        Assert.Equal(("other", "secret"), (access.Target.Server, access.Credential!.Reveal()));
        var stranger = await Opener.ResolveAsync(Context(given with { User = "somebody" }), settings, CancellationToken.None);
        Assert.Equal("", stranger.Credential!.Reveal());
    }

    [Fact]
    public async Task The_callers_credential_wins_and_references_come_last()
    {
        var operation = new RecordingOperation { Secrets = new Dictionary<string, string> { ["app"] = "by reference", ["admin"] = "maintenance" } };
        var given = new DatabaseTarget { Engine = DatabaseEngine.Postgres, Server = "db", Name = "mb", User = "app", Secret = "secret:app", MaintenanceUser = "postgres", MaintenanceSecret = "secret:admin" };
        var context = Context(given) with { Operation = operation };
        var access = await Opener.ResolveAsync(context, new AppSettings(), CancellationToken.None);
        Assert.Equal(("by reference", "postgres", "maintenance"), (access.Credential!.Reveal(), access.Maintenance!.UserName, access.Maintenance.Reveal()));
        var own = await Opener.ResolveAsync(context with { Credential = new DatabaseCredential("me", "mine"), MaintenanceCredential = new DatabaseCredential("root", "ours") }, new AppSettings(), CancellationToken.None);
        Assert.Equal(("me", "mine", "me", "root"), (own.Credential!.UserName, own.Credential.Reveal(), own.Target.User, own.Maintenance!.UserName));
        Assert.DoesNotContain("mine", own.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("jdbc:h2:file:/data/app;USER=sa;PASSWORD=geheim;MODE=MySQL", "/data/app.mv.db", "sa")]
    [InlineData("jdbc:h2:/data/app", "/data/app.mv.db", null)]
    [InlineData("jdbc:h2:nio:/data/app;DB_CLOSE_ON_EXIT=FALSE", "/data/app.mv.db", null)]
    public async Task An_address_of_H2_tells_its_file_and_log_in(string address, string path, string? user)
    {
        var access = await ResolveAsync(("MB_DB_CONNECTION_URI", address));
        Assert.Equal((DatabaseEngine.H2, path, user, user is null ? null : "geheim"), (access.Target.Engine, access.Target.Path, access.Target.User, access.Credential?.Reveal()));
    }

    [Theory]
    [InlineData("jdbc:h2:split:/data/app")]
    [InlineData("jdbc:h2:~/app")]
    [InlineData("jdbc:h2:tcp://localhost/app")]
    public async Task An_address_of_H2_that_is_no_plain_file_is_refused(string address) =>
        Assert.Equal("DatabaseSettingsInvalid", (await Assert.ThrowsAsync<UpgradeException>(() => ResolveAsync(("MB_DB_CONNECTION_URI", address)))).ErrorId);

    private static DeploymentContext Context(DatabaseTarget? given) => new() { Deployment = new AppDeployment { Name = "mb", Database = given, Settings = new AppHostSettings { WorkingDirectory = Root } }, Spec = Metabase };

    private static AppSettings Settings(params (string Name, string Value)[] values)
    {
        var settings = new AppSettings();
        foreach (var (name, value) in values) settings.Set(name, value, "test.env");
        return settings;
    }

    private static Task<DatabaseAccess> ResolveAsync(params (string Name, string Value)[] values) => Opener.ResolveAsync(Context(null), Settings(values), CancellationToken.None);
}
