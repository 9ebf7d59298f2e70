import java.io.IOException;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Migrates the application database up and down, with the lines that Metabase writes meanwhile. */
final class Migrator {
    private static final String CORE = "metabase.db.setup";
    private static final List<String> OTHERS_OWN = Arrays.asList("v47.00-004", "v56.2025-05-19T16:48:48", "v56.2025-06-05T16:48:48");

    private final Release release;
    private final Store store;
    private final Knobs knobs;
    private volatile boolean locked;

    Migrator(Release release, Store store, Knobs knobs) {
        this.release = release;
        this.store = store;
        this.knobs = knobs;
    }

    /** From 49 on: a database that a newer major migrated is refused. */
    void demandNoDowngrade() throws IOException, Stop {
        if (release.major < 49) return;
        Log.line("INFO", CORE, "Checking if a database downgrade is required...");
        int found = 0;
        for (Row row : store.rows()) {
            if (!OTHERS_OWN.contains(row.id)) found = Math.max(found, Changelog.major(row.id, 0));
        }

        if (found <= release.major) return;
        System.out.println("ERROR: Downgrade detected.\n");
        System.out.println("Your metabase instance appears to have been downgraded without a corresponding database downgrade.");
        System.out.println("You must run `java --add-opens java.base/java.nio=ALL-UNNAMED -jar metabase.jar migrate down` from version " + found + ".");
        throw new Stop("clojure.lang.ExceptionInfo", "Downgrade detected. {}");
    }

    /** Runs what has not run. */
    void up(Settings settings) throws Exception {
        Log.line("INFO", CORE, "Running Database Migrations...");
        Log.line("INFO", CORE, "Setting up Liquibase...");
        store.prepare();
        List<ChangeSet> changes = Changelog.of(release);
        store.adopt(release, changes);
        Log.line("INFO", CORE, "Liquibase is ready.");
        compareChecksums(changes);
        Log.line("INFO", "db.liquibase", "Checking if Database has unrun migrations...");
        List<ChangeSet> missing = missing(changes);
        if (!missing.isEmpty()) {
            if ("false".equals(settings.get("MB_DB_AUTOMIGRATE"))) {
                System.out.println("Database Upgrade Required\n\nNOTICE: Your database requires updates to work with this version of Metabase.\nPlease execute the following sql commands on your database before proceeding.\n");
                for (ChangeSet change : missing) System.out.println(change.sql);
                System.out.println("Once your database is updated try running the application again.");
                throw new Stop("java.lang.Exception", "Database requires manual upgrade.");
            }

            Log.line("INFO", "db.liquibase", release.major < 47 ? "Waiting for migration lock to be cleared..." : "Database has unrun migrations. Checking if migration lock is taken...");
            lock();
            try {
                run(changes);
            } finally {
                unlock();
            }
        }

        Log.line("INFO", CORE, "Database Migrations Current ... \u2705");
    }

    /** Takes back what this major and what came with it brought, as the versions up to 51 do it. */
    void down() throws Exception {
        List<Row> rows = store.rows();
        int target = release.major - 1;
        int first = Integer.MAX_VALUE;
        for (Row row : rows) {
            int major = OTHERS_OWN.contains(row.id) ? 0 : Changelog.major(row.id, 0);
            if (major > release.major) throw new Stop("java.lang.IllegalArgumentException", "Cannot downgrade a database at version " + major + " from Metabase version " + release.major + ". You must run 'migrate down' from Metabase version >= " + major + ".");
            if (major == release.major) first = Math.min(first, row.order);
        }

        Log.line("INFO", "db.liquibase", "Rolling back app database schema to version " + target);
        Map<String, ChangeSet> known = new HashMap<>();
        for (ChangeSet change : Changelog.of(release)) known.put(change.id, change);
        if (knobs.is("downnothing")) return;
        lock();
        int done = 0;
        try {
            for (int i = rows.size() - 1; i >= 0; i--) {
                Row row = rows.get(i);
                if (row.order < first || !known.containsKey(row.id)) continue;
                if (knobs.is("downleft") && row.order == first) continue;
                if (knobs.is("down") && done++ == 1) throw new Stop("liquibase.exception.RollbackFailedException", "Rollback failed for changeset " + row.id);
                Log.line("INFO", "db.liquibase", "Going to roll back changeset " + row.id);
                store.rollBack(row.id, known.get(row.id).rollback);
            }
        } finally {
            unlock();
        }
    }

    /** Gives the lock back where this process holds it. */
    void release() {
        if (!locked) return;
        try {
            unlock();
        } catch (IOException | Stop failure) {
            Log.line("ERROR", "db.liquibase", "Unable to release the Liquibase lock: " + failure);
        }
    }

    private void run(List<ChangeSet> changes) throws Exception {
        // Another node may have run them while the lock was awaited.
        List<ChangeSet> missing = missing(changes);
        if (knobs.is("hang")) Thread.sleep(Long.MAX_VALUE);
        Log.line("INFO", "db.liquibase", "Running " + missing.size() + " migrations ...");
        long start = System.nanoTime();
        List<Row> rows = store.rows();
        int order = rows.isEmpty() ? 0 : rows.get(rows.size() - 1).order;
        boolean fresh = rows.isEmpty() && release.major >= 48;
        String deployment = String.valueOf(System.currentTimeMillis() / 1000);
        for (int i = 0; i < missing.size(); i++) {
            ChangeSet change = missing.get(i);
            boolean last = i == missing.size() - 1;
            if (knobs.is("crash") && i == missing.size() / 2) Runtime.getRuntime().halt(137);
            knobs.slow();
            String sql = knobs.is("migration") && last ? "ALTER TABLE no_such_table ADD COLUMN nothing INTEGER" : change.sql;
            store.apply(change, sql, ++order, release, deployment);
            if (fresh && change.major < 45) store.rollBack(change.id, "");
        }

        if (fresh) {
            ChangeSet born = new ChangeSet();
            born.id = "v00.00-000";
            born.comment = "Initialize metabase";
            store.mark(born, 0, release, deployment);
        }

        Log.line("INFO", "db.liquibase", String.format(java.util.Locale.ROOT, "Migration complete in %.1f s", (System.nanoTime() - start) / 1e9));
    }

    private List<ChangeSet> missing(List<ChangeSet> changes) throws IOException, Stop {
        List<String> ran = new ArrayList<>();
        for (Row row : store.rows()) ran.add(row.id);
        // A database born on 48 or later has all of what came before 45 in its first changeset.
        boolean born = ran.contains("v00.00-000");
        List<ChangeSet> missing = new ArrayList<>();
        for (ChangeSet change : changes) {
            if (!ran.contains(change.id) && !(born && change.major < 45)) missing.add(change);
        }

        return missing;
    }

    private void compareChecksums(List<ChangeSet> changes) throws IOException, Stop {
        Map<String, Row> ran = new HashMap<>();
        for (Row row : store.rows()) ran.put(row.id, row);
        StringBuilder clashes = new StringBuilder();
        int count = 0;
        for (ChangeSet change : changes) {
            Row row = ran.get(change.id);
            if (row == null || !row.own || row.checksum == null) continue;
            String now = change.checksum(release.major);
            // A checksum of another kind is replaced, not compared.
            boolean spoiled = knobs.is("checksum") && count == 0 && row.checksum.startsWith(now.substring(0, 2));
            if (!spoiled && (row.checksum.equals(now) || !row.checksum.startsWith(now.substring(0, 2)))) continue;
            clashes.append("\n          ").append(change.file(release.major)).append("::").append(change.id).append("::stand-in was: ").append(row.checksum).append(" but is now: ")
                    .append(spoiled ? now.substring(0, 2) + Changelog.md5(now) : now);
            count++;
        }

        if (count > 0) throw new Stop("liquibase.exception.ValidationFailedException", "Validation Failed:\n     " + count + " changesets check sum" + clashes);
    }

    private void lock() throws Exception {
        String who = InetAddress.getLocalHost().getHostName() + " (" + InetAddress.getLocalHost().getHostAddress() + ")";
        for (int attempt = 0; attempt < 4; attempt++) {
            if (store.lock(who)) {
                locked = true;
                Log.line("INFO", "db.liquibase", "No migration lock found.");
                Log.line("INFO", "db.liquibase", "Migration lock acquired.");
                return;
            }

            Thread.sleep(300);
        }

        throw new Stop("liquibase.exception.LockException", "Database has migration lock; cannot run migrations. You can force-release these locks by running `java -jar metabase.jar migrate release-locks`.");
    }

    private void unlock() throws IOException, Stop {
        store.unlock();
        locked = false;
    }
}
