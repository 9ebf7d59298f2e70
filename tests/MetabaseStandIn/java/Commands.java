/** The commands of the JAR: migrate up, down, release-locks. */
final class Commands {
    private Commands() {
    }

    /** Runs one; gives the exit code. */
    static int run(String command, Release release, Settings settings) {
        try {
            Knobs knobs = new Knobs(release, settings);
            try (Store store = Application.store(release, settings, knobs)) {
                store.connect();
                Migrator migrator = new Migrator(release, store, knobs);
                switch (command) {
                    case "migrate up":
                        migrator.demandNoDowngrade();
                        migrator.up(settings);
                        return 0;
                    case "migrate down":
                        migrator.down();
                        return 0;
                    case "migrate release-locks":
                        if (release.major >= 52 && store.type().equals("postgres")) {
                            throw new Stop("clojure.lang.ExceptionInfo", "Database postgres does not support forcing migration locks. The lock is always automatically removed when the process performing the migration completes or fails.");
                        }

                        store.prepare();
                        store.unlock();
                        return 0;
                    default:
                        throw new Stop("java.lang.IllegalArgumentException", "Unrecognized command: '" + command + "'");
                }
            }
        } catch (Exception failure) {
            System.out.println("Command failed with exception: " + failure);
            return 1;
        }
    }
}
