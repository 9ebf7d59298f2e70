import java.util.Map;

/** The server: it listens first, and sets itself up behind that, so that its health can be asked meanwhile. */
final class Application {
    private static final String CORE = "metabase.core";

    private final Release release;
    private final Settings settings;
    private final Knobs knobs;

    Application(Release release, Settings settings) {
        this.release = release;
        this.settings = settings;
        this.knobs = new Knobs(release, settings);
    }

    static Store store(Release release, Settings settings, Knobs knobs) throws Stop {
        Map<String, String> database = settings.database();
        switch (database.get("type")) {
            case "postgres":
                return new PgStore(database, knobs.otherDatabase());
            case "h2":
                return H2Store.isThere() ? new H2Store(database.get("file")) : new FileStore(database.get("file"), release);
            default:
                throw new Stop("java.lang.Exception", "The stand-in knows postgres and h2, not '" + database.get("type") + "'.");
        }
    }

    void run() throws Exception {
        Server server = new Server(release, settings);
        server.start();
        Store store = null;
        try {
            long start = System.nanoTime();
            Log.line("INFO", CORE, "Starting Metabase version " + release.tag + " (" + release.hash + ") ...");
            server.progress(0.1);
            String key = settings.get("MB_ENCRYPTION_SECRET_KEY");
            if (key != null && key.length() < 16) throw new Stop("java.lang.AssertionError", "Assert failed: MB_ENCRYPTION_SECRET_KEY must be at least 16 characters.");
            server.progress(0.3);
            Log.line("INFO", CORE, "Setting up and migrating Metabase DB. Please sit tight, this may take a minute...");
            store = store(release, settings, knobs);
            Migrator migrator = new Migrator(release, store, knobs);
            Store closed = store;
            Runtime.getRuntime().addShutdownHook(new Thread(() -> shutDown(server, migrator, closed)));
            if (store.type().equals("h2")) Log.line("WARN", "db.env", "WARNING: Using Metabase with an H2 application database is not recommended for production deployments.");
            Log.line("INFO", "metabase.db.setup", "Verifying " + store.type() + " Database Connection ...");
            Log.line("INFO", "metabase.db.setup", "Successfully verified " + store.connect() + " application database connection. \u2705");
            migrator.demandNoDowngrade();
            migrator.up(settings);
            checkEncryption(store, key);
            server.progress(0.5);
            if (knobs.is("init")) throw new Stop("java.lang.NullPointerException", "Cannot invoke \"Object.toString()\"");
            if (store.isNew()) {
                Log.line("INFO", CORE, "Looks like this is a new installation ... preparing setup wizard");
                Log.line("INFO", CORE, "Please use the following URL to setup your Metabase installation:\n\nhttp://localhost:" + settings.get("MB_JETTY_PORT", "3000") + "/setup\n");
            }

            server.progress(0.95);
            Log.line("INFO", CORE, String.format(java.util.Locale.ROOT, "Metabase Initialization COMPLETE in %.1f s", (System.nanoTime() - start) / 1e9));
            server.ready(store, knobs.is("unhealthy"));
        } catch (Exception failure) {
            Log.failure("Metabase Initialization FAILED", failure);
            System.exit(1);
        }
    }

    private void checkEncryption(Store store, String key) throws Exception {
        String kept = store.setting("encryption-check");
        String mark = key == null ? null : Changelog.md5("the stand-in's mark of " + key);
        boolean strict = release.major >= 53;
        if (kept == null && mark != null) {
            if (strict) Log.line("INFO", "app-db.setup", "New MB_ENCRYPTION_SECRET_KEY environment variable set. Encrypting database...");
            store.set("encryption-check", mark);
        } else if (kept != null && mark == null && strict) {
            throw new Stop("java.lang.Exception", "Database is encrypted but the MB_ENCRYPTION_SECRET_KEY environment variable was NOT set");
        } else if (kept != null && mark != null && !kept.equals(mark)) {
            if (strict) throw new Stop("java.lang.Exception", "Database was encrypted with a different key than the MB_ENCRYPTION_SECRET_KEY environment contains");
            Log.line("WARN", "util.encryption", "Cannot decrypt encrypted String. Have you changed or forgot to set MB_ENCRYPTION_SECRET_KEY? Message seems corrupt or manipulated.");
        }
    }

    private static void shutDown(Server server, Migrator migrator, Store store) {
        Log.line("INFO", CORE, "Metabase Shutting Down ...");
        server.stop();
        migrator.release();
        try {
            store.close();
        } catch (java.io.IOException failure) {
            Log.line("WARN", CORE, failure.toString());
        }

        Log.line("INFO", CORE, "Metabase Shutdown COMPLETE");
    }
}
