using UpgradeModule.Engine.Containers.Objects;
using UpgradeModule.Tests.Support;

namespace UpgradeModule.Tests.Databases.MySql;

/// <summary>This machine's MariaDB as an image, <c>um-test/mariadb:1</c>: it listens on 3306, and runs what <c>INIT_SQL</c> says when it starts.</summary>
internal static class MariaDbImage
{
    private const string EntryPoint = """
        #!/bin/sh
        mkdir -p /tmp/data
        echo "$INIT_SQL" >/tmp/init.sql
        mariadbd --no-defaults --bootstrap --datadir=/tmp/data --lc-messages-dir=/usr/share/mysql </bootstrap.sql >/tmp/bootstrap.log 2>&1
        exec mariadbd --no-defaults --datadir=/tmp/data --lc-messages-dir=/usr/share/mysql --socket=/tmp/s --port=3306 --bind-address=0.0.0.0 --innodb-buffer-pool-size=32M --character-set-server=utf8mb4 --init-file=/tmp/init.sql
        """;

    /// <summary>Makes it.</summary>
    public static async Task<string> MakeAsync(TestImages images)
    {
        await images.BusyBoxAsync();
        string[] own = ["/usr/sbin/mariadbd", "/usr/bin/mariadb", "/usr/bin/mariadb-dump"];
        Skip.IfNot(own.All(File.Exists), "MariaDB's programs are not where Debian puts them.");
        var files = SystemLibraries.Of(own).Keys.Concat(own).Concat(Directory.EnumerateFiles("/usr/share/mysql/english")).Concat(Directory.EnumerateFiles("/usr/share/mysql/charsets"));
        var scripts = new[] { "system_tables.sql", "performance_tables.sql", "system_tables_data.sql" }.SelectMany(name => new[] { "mariadb_", "mysql_" }.Select(start => Path.Combine("/usr/share/mysql", start + name))).Where(File.Exists).ToList();
        Skip.IfNot(scripts.Count == 3, "MariaDB's set-up scripts are not where Debian puts them.");
        var bootstrap = "create database mysql;\nuse mysql;\nset @auth_root_socket = NULL;\n" + string.Concat(scripts.Select(File.ReadAllText).Select(text => text + "\n"));
        return await images.MakeAsync(new TestImage
        {
            Reference = "um-test/mariadb:1",
            Layers =
            [
                TestLayer.OfBusyBox(BackgroundProgram.Find("busybox")!),
                TestLayer.OfFiles(files.Distinct().Order(StringComparer.Ordinal).ToDictionary(file => file)),
                TestLayer.OfTexts(new Dictionary<string, string> { ["/entrypoint.sh"] = EntryPoint, ["/bootstrap.sql"] = bootstrap }),
            ],
            Config = new ContainerConfig { Entrypoint = ["/entrypoint.sh"], User = "app", Env = ["PATH=/bin:/usr/bin:/usr/sbin"], ExposedPorts = new Dictionary<string, System.Text.Json.JsonElement> { ["3306/tcp"] = TestImages.Empty } },
        });
    }
}
