import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The application database on PostgreSQL. */
final class PgStore implements Store {
    // What Metabase's driver calls itself.
    private static final String APPLICATION = "PostgreSQL JDBC Driver";

    private final Map<String, String> database;
    private Pg session;
    private Pg second;

    PgStore(Map<String, String> database, String otherName) {
        this.database = new LinkedHashMap<>(database);
        if (otherName != null) this.database.put("name", otherName);
    }

    @Override
    public String type() {
        return "postgres";
    }

    @Override
    public String connect() throws IOException, Stop {
        session = new Pg(database, APPLICATION);
        second = new Pg(database, APPLICATION);
        return "PostgreSQL " + session.parameter("server_version");
    }

    @Override
    public void prepare() throws IOException, Stop {
        session.query("CREATE TABLE IF NOT EXISTS databasechangelog (id VARCHAR(255) NOT NULL, author VARCHAR(255) NOT NULL, filename VARCHAR(255) NOT NULL,"
                + " dateexecuted TIMESTAMP WITHOUT TIME ZONE NOT NULL, orderexecuted INTEGER NOT NULL, exectype VARCHAR(10) NOT NULL, md5sum VARCHAR(35),"
                + " description VARCHAR(255), comments VARCHAR(255), tag VARCHAR(255), liquibase VARCHAR(20), contexts VARCHAR(255), labels VARCHAR(255), deployment_id VARCHAR(10));"
                + "CREATE TABLE IF NOT EXISTS databasechangeloglock (id INTEGER NOT NULL PRIMARY KEY, locked BOOLEAN NOT NULL, lockgranted TIMESTAMP WITHOUT TIME ZONE, lockedby VARCHAR(255));"
                + "INSERT INTO databasechangeloglock (id, locked) VALUES (1, FALSE) ON CONFLICT DO NOTHING");
    }

    @Override
    public List<Row> rows() throws IOException, Stop {
        List<Row> rows = new ArrayList<>();
        if (!hasTable("databasechangelog")) return rows;
        for (List<String> row : session.query("SELECT id, orderexecuted, md5sum, author FROM databasechangelog ORDER BY orderexecuted, id")) {
            rows.add(new Row(row.get(0), Integer.parseInt(row.get(1)), row.get(2), "stand-in".equals(row.get(3))));
        }

        return rows;
    }

    @Override
    public void apply(ChangeSet change, String sql, int order, Release release, String deployment) throws IOException, Stop {
        session.query("BEGIN");
        try {
            if (!sql.trim().isEmpty()) session.query(sql);
            record(change, order, "EXECUTED", release, deployment);
            session.query("COMMIT");
        } catch (Stop failure) {
            session.query("ROLLBACK");
            throw new Stop("liquibase.exception.MigrationFailedException", "Migration failed for changeset " + change.file(release.major) + "::" + change.id + "::stand-in:\n     Reason: liquibase.exception.DatabaseException: "
                    + failure.getMessage());
        }
    }

    @Override
    public void mark(ChangeSet change, int order, Release release, String deployment) throws IOException, Stop {
        record(change, order, "MARK_RAN", release, deployment);
    }

    @Override
    public void rollBack(String id, String sql) throws IOException, Stop {
        session.query("BEGIN;" + sql + ";DELETE FROM databasechangelog WHERE id = " + Pg.quote(id) + ";COMMIT");
    }

    @Override
    public void adopt(Release release, List<ChangeSet> changes) throws IOException, Stop {
        if (release.major < 48) return;
        for (ChangeSet change : changes) {
            session.query("UPDATE databasechangelog SET filename = " + Pg.quote(change.file(release.major)) + " WHERE id = " + Pg.quote(change.id) + " AND filename = 'migrations/000_migrations.yaml'");
        }
    }

    @Override
    public boolean lock(String who) throws IOException, Stop {
        return !session.query("UPDATE databasechangeloglock SET locked = TRUE, lockgranted = now()::timestamp, lockedby = " + Pg.quote(who) + " WHERE id = 1 AND NOT locked RETURNING id").isEmpty();
    }

    @Override
    public void unlock() throws IOException, Stop {
        second.query("UPDATE databasechangeloglock SET locked = FALSE, lockgranted = NULL, lockedby = NULL WHERE id = 1");
    }

    @Override
    public boolean isNew() throws IOException, Stop {
        // Those that Metabase makes itself are none of people's.
        return "0".equals(session.value("SELECT count(*) FROM core_user WHERE email <> 'internal@metabase.com'"));
    }

    @Override
    public String setting(String key) throws IOException, Stop {
        return session.value("SELECT value FROM setting WHERE key = " + Pg.quote(key));
    }

    @Override
    public void set(String key, String value) throws IOException, Stop {
        session.query("DELETE FROM setting WHERE key = " + Pg.quote(key) + ";INSERT INTO setting (key, value) VALUES (" + Pg.quote(key) + ", " + Pg.quote(value) + ")");
    }

    @Override
    public void ping() throws IOException, Stop {
        second.query("SELECT 1");
    }

    @Override
    public List<List<String>> cards() throws IOException, Stop {
        return second.query("SELECT id, name FROM report_card ORDER BY id DESC");
    }

    @Override
    public String addCard(String name) throws IOException, Stop {
        return second.value("INSERT INTO report_card (created_at, updated_at, name, display, dataset_query, visualization_settings, creator_id, database_id) SELECT now(), now(), " + Pg.quote(name)
                + ", 'table', '{}', '{}', (SELECT min(id) FROM core_user), (SELECT min(id) FROM metabase_database) RETURNING id");
    }

    @Override
    public void close() throws IOException {
        if (second != null) second.close();
        if (session != null) session.close();
    }

    private boolean hasTable(String name) throws IOException, Stop {
        return session.value("SELECT to_regclass(" + Pg.quote(name) + ")") != null;
    }

    private void record(ChangeSet change, int order, String kind, Release release, String deployment) throws IOException, Stop {
        session.query("INSERT INTO databasechangelog (id, author, filename, dateexecuted, orderexecuted, exectype, md5sum, description, comments, liquibase, deployment_id) VALUES ("
                + Pg.quote(change.id) + ", 'stand-in', " + Pg.quote(change.file(release.major)) + ", clock_timestamp(), " + order + ", " + Pg.quote(kind) + ", " + Pg.quote(change.checksum(release.major))
                + ", 'sql', " + Pg.quote(change.comment) + ", " + Pg.quote(release.major >= 50 ? "4.26.0" : release.major >= 48 ? "4.21.1" : "3.6.3") + ", " + Pg.quote(deployment) + ")");
    }
}
