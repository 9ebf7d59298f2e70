namespace UpgradeModule.Tests.Support;

/// <summary>This machine's PostgreSQL as layers of an image that takes the official image's settings: POSTGRES_PASSWORD, POSTGRES_USER, POSTGRES_DB.</summary>
internal static class PostgresFiles
{
    private const string EntryPoint = """
        #!/bin/sh
        set -e
        if [ "$1" = postgres ] && [ ! -s "$PGDATA/PG_VERSION" ]; then
            echo "$POSTGRES_PASSWORD" >/tmp/password
            initdb -D "$PGDATA" -U "${POSTGRES_USER:-postgres}" --pwfile=/tmp/password --auth-local=trust --auth-host=scram-sha-256 -E UTF8 --locale=C >/dev/null
            rm /tmp/password
            echo 'host all all all scram-sha-256' >>"$PGDATA/pg_hba.conf"
            [ -z "$POSTGRES_DB" ] || echo "CREATE DATABASE \"$POSTGRES_DB\"" | postgres --single -D "$PGDATA" postgres >/dev/null
        fi
        [ "$1" != postgres ] || { shift; set -- postgres -c listen_addresses='*' "$@"; }
        exec "$@"
        """;

    /// <summary>The folder of the programs of a major.</summary>
    public static string Programs(int major) => $"/usr/lib/postgresql/{major.ToString(System.Globalization.CultureInfo.InvariantCulture)}/bin";

    /// <summary>Makes the layers.</summary>
    public static IReadOnlyList<TestLayer> Layers(int major)
    {
        var programs = Programs(major);
        var number = Path.GetFileName(Path.GetDirectoryName(programs))!;
        Skip.IfNot(File.Exists(Path.Combine(programs, "postgres")), $"There is no PostgreSQL {number} in '{programs}' to make an image of.");
        string[] wanted = ["postgres", "initdb", "psql", "pg_dump", "pg_restore", "pg_isready"];
        var libraries = Directory.EnumerateFiles(Path.Combine(programs, "..", "lib"), "*.so").Where(file => !Path.GetFileName(file).StartsWith("llvm", StringComparison.Ordinal)).Select(Path.GetFullPath);
        var own = wanted.Select(name => Path.Combine(programs, name)).Concat(libraries).ToList();
        var data = new[] { $"/usr/share/postgresql/{number}", "/usr/share/zoneinfo/Etc", "/usr/lib/locale/C.utf8" }.Where(Directory.Exists).SelectMany(folder => Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories));
        var files = SystemLibraries.Of(own).Keys.Concat(own).Concat(data).Where(file => !file.Contains("/man/", StringComparison.Ordinal)).Distinct().Order(StringComparer.Ordinal);
        return
        [
            TestLayer.OfFiles(files.ToDictionary(file => file)),
            TestLayer.OfTexts(new Dictionary<string, string> { ["/entrypoint.sh"] = EntryPoint }),
            TestLayer.OfFolders("/var/lib/postgresql", "/var/lib/postgresql/data", "/run", "/run/postgresql", "/var/run", "/var/run/postgresql"),
        ];
    }
}
