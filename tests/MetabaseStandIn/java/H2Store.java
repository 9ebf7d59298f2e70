import java.io.File;
import java.io.IOException;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The application database in a file of a real H2, where the JAR has one. As in Metabase, each statement of a migration that changes the schema stays, whatever comes after. */
final class H2Store implements Store {
    private static final Pattern RENAME = Pattern.compile("RENAME COLUMN (\\S+) TO (\\S+)");
    private static final Pattern TYPE = Pattern.compile("(ALTER COLUMN \\S+) TYPE ");

    private final File file;
    private Connection session;
    private Connection second;

    H2Store(String name) {
        file = new File(name).getAbsoluteFile();
    }

    /** Whether there is an H2 to work with. */
    static boolean isThere() {
        return H2Store.class.getResource("/org/h2/Driver.class") != null;
    }

    @Override
    public String type() {
        return "h2";
    }

    @Override
    public String connect() throws IOException, Stop {
        try {
            Class.forName("org.h2.Driver");
            String url = "jdbc:h2:file:" + file + ";MODE=PostgreSQL;DB_CLOSE_ON_EXIT=FALSE;NON_KEYWORDS=KEY,VALUE,ROW";
            session = DriverManager.getConnection(url, "", "");
            second = DriverManager.getConnection(url, "", "");
            return "H2 " + value(session, "SELECT H2VERSION()");
        } catch (ClassNotFoundException | SQLException failure) {
            throw stop(failure);
        }
    }

    @Override
    public void prepare() throws IOException, Stop {
        run("CREATE TABLE IF NOT EXISTS databasechangelog (id VARCHAR(255) NOT NULL, author VARCHAR(255) NOT NULL, filename VARCHAR(255) NOT NULL,"
                + " dateexecuted TIMESTAMP NOT NULL, orderexecuted INTEGER NOT NULL, exectype VARCHAR(10) NOT NULL, md5sum VARCHAR(35),"
                + " description VARCHAR(255), comments VARCHAR(255), tag VARCHAR(255), liquibase VARCHAR(20), contexts VARCHAR(255), labels VARCHAR(255), deployment_id VARCHAR(10))");
        run("CREATE TABLE IF NOT EXISTS databasechangeloglock (id INTEGER NOT NULL PRIMARY KEY, locked BOOLEAN NOT NULL, lockgranted TIMESTAMP, lockedby VARCHAR(255))");
        run("INSERT INTO databasechangeloglock (id, locked) SELECT 1, FALSE WHERE NOT EXISTS (SELECT 1 FROM databasechangeloglock)");
    }

    @Override
    public List<Row> rows() throws IOException, Stop {
        List<Row> rows = new ArrayList<>();
        if ("0".equals(value(session, "SELECT COUNT(*) FROM INFORMATION_SCHEMA.TABLES WHERE TABLE_NAME = 'DATABASECHANGELOG'"))) return rows;
        for (List<String> row : query(session, "SELECT id, orderexecuted, md5sum, author FROM databasechangelog ORDER BY orderexecuted, id")) {
            rows.add(new Row(row.get(0), Integer.parseInt(row.get(1)), row.get(2), "stand-in".equals(row.get(3))));
        }

        return rows;
    }

    @Override
    public void apply(ChangeSet change, String sql, int order, Release release, String deployment) throws IOException, Stop {
        try {
            run(sql);
            record(change, order, "EXECUTED", release, deployment);
        } catch (Stop failure) {
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
        run(sql);
        change("DELETE FROM databasechangelog WHERE id = ?", id);
    }

    @Override
    public void adopt(Release release, List<ChangeSet> changes) throws IOException, Stop {
        if (release.major < 48) return;
        for (ChangeSet change : changes) change("UPDATE databasechangelog SET filename = ? WHERE id = ? AND filename = 'migrations/000_migrations.yaml'", change.file(release.major), change.id);
    }

    @Override
    public boolean lock(String who) throws IOException, Stop {
        return change("UPDATE databasechangeloglock SET locked = TRUE, lockgranted = CURRENT_TIMESTAMP, lockedby = ? WHERE id = 1 AND NOT locked", who) == 1;
    }

    @Override
    public void unlock() throws IOException, Stop {
        change("UPDATE databasechangeloglock SET locked = FALSE, lockgranted = NULL, lockedby = NULL WHERE id = 1");
    }

    @Override
    public boolean isNew() throws IOException, Stop {
        return "0".equals(value(session, "SELECT COUNT(*) FROM core_user WHERE email <> 'internal@metabase.com'"));
    }

    @Override
    public String setting(String key) throws IOException, Stop {
        return value(session, "SELECT value FROM setting WHERE key = ?", key);
    }

    @Override
    public void set(String key, String value) throws IOException, Stop {
        change("DELETE FROM setting WHERE key = ?", key);
        change("INSERT INTO setting (key, value) VALUES (?, ?)", key, value);
    }

    @Override
    public void ping() throws IOException, Stop {
        value(second, "SELECT 1");
    }

    @Override
    public List<List<String>> cards() throws IOException, Stop {
        return query(second, "SELECT id, name FROM report_card ORDER BY id DESC");
    }

    @Override
    public String addCard(String name) throws IOException, Stop {
        try (PreparedStatement statement = second.prepareStatement("INSERT INTO report_card (created_at, updated_at, name, display, dataset_query, visualization_settings, creator_id, database_id) SELECT CURRENT_TIMESTAMP,"
                + " CURRENT_TIMESTAMP, ?, 'table', '{}', '{}', (SELECT MIN(id) FROM core_user), (SELECT MIN(id) FROM metabase_database)")) {
            statement.setString(1, name);
            statement.executeUpdate();
            return value(second, "SELECT MAX(id) FROM report_card");
        } catch (SQLException failure) {
            throw stop(failure);
        }
    }

    @Override
    public void close() throws IOException {
        try {
            if (second != null) second.close();
            if (session != null) session.close();
        } catch (SQLException failure) {
            throw new IOException(failure);
        }
    }

    private void run(String sql) throws Stop {
        for (String statement : sql.split(";\\s*\n|;\\s*$")) {
            String text = translate(statement.trim());
            if (text.isEmpty()) continue;
            try (Statement made = session.createStatement()) {
                made.execute(text);
            } catch (SQLException failure) {
                throw stop(failure);
            }
        }
    }

    /** What PostgreSQL has and H2 hasn't, or says otherwise. */
    private static String translate(String sql) {
        if (sql.startsWith("CREATE EXTENSION") || sql.startsWith("ALTER SEQUENCE") || sql.endsWith("TYPE citext")) return "";
        Matcher rename = RENAME.matcher(sql);
        String text = rename.find() ? rename.replaceFirst("ALTER COLUMN " + Matcher.quoteReplacement(rename.group(1)) + " RENAME TO " + Matcher.quoteReplacement(rename.group(2))) : sql;
        return TYPE.matcher(text).replaceFirst("$1 SET DATA TYPE ");
    }

    private void record(ChangeSet change, int order, String kind, Release release, String deployment) throws Stop {
        change("INSERT INTO databasechangelog (id, author, filename, dateexecuted, orderexecuted, exectype, md5sum, description, comments, liquibase, deployment_id) VALUES (?, 'stand-in', ?, CURRENT_TIMESTAMP, " + order
                + ", ?, ?, 'sql', ?, ?, ?)", change.id, change.file(release.major), kind, change.checksum(release.major), change.comment, release.major >= 50 ? "4.26.0" : release.major >= 48 ? "4.21.1" : "3.6.3", deployment);
    }

    private int change(String sql, String... values) throws Stop {
        try (PreparedStatement statement = session.prepareStatement(sql)) {
            for (int i = 0; i < values.length; i++) statement.setString(i + 1, values[i]);
            return statement.executeUpdate();
        } catch (SQLException failure) {
            throw stop(failure);
        }
    }

    private static String value(Connection connection, String sql, String... values) throws Stop {
        List<List<String>> rows = query(connection, sql, values);
        return rows.isEmpty() ? null : rows.get(0).get(0);
    }

    private static List<List<String>> query(Connection connection, String sql, String... values) throws Stop {
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            for (int i = 0; i < values.length; i++) statement.setString(i + 1, values[i]);
            List<List<String>> rows = new ArrayList<>();
            try (ResultSet result = statement.executeQuery()) {
                while (result.next()) {
                    String[] row = new String[result.getMetaData().getColumnCount()];
                    for (int i = 0; i < row.length; i++) row[i] = result.getString(i + 1);
                    rows.add(Arrays.asList(row));
                }
            }

            return rows;
        } catch (SQLException failure) {
            throw stop(failure);
        }
    }

    private static Stop stop(Exception failure) {
        return new Stop(failure.getClass().getName(), failure.getMessage());
    }
}
