/**
 * Stands in for Metabase in the tests: it keeps what the module relies on (version.properties, health, log lines, Liquibase's tables, migrations
 * that change a real schema of PostgreSQL, or of H2 where one is in the JAR, the downgrade guard, the commands of the JAR), and nothing of what people
 * use Metabase for.
 */
public final class Main {
    private Main() {
    }

    public static void main(String[] arguments) throws Exception {
        Release release = Release.read();
        Settings settings = new Settings();
        String command = arguments.length == 0 ? "" : String.join(" ", arguments);
        if (command.equals("version")) {
            System.out.println("Metabase version: {:tag " + release.tag + ", :hash " + release.hash + ", :branch release-x." + release.major + ".x, :date " + release.date + "}");
            System.out.println("OS: " + System.getProperty("os.name") + " " + System.getProperty("os.version") + " " + System.getProperty("os.arch"));
            System.out.println("Java version: " + System.getProperty("java.vm.name") + " " + System.getProperty("java.version"));
            return;
        }

        if (release.javaNeeded > Runtime.version().feature()) {
            System.err.println("Error: LinkageError occurred while loading main class metabase.core");
            System.err.println("\tjava.lang.UnsupportedClassVersionError: metabase/core has been compiled by a more recent version of the Java Runtime (class file version "
                    + (release.javaNeeded + 44) + ".0), this version of the Java Runtime only recognizes class file versions up to " + (Runtime.version().feature() + 44) + ".0");
            System.exit(1);
        }

        if (!command.isEmpty()) System.exit(Commands.run(command, release, settings));
        Log.line("INFO", "metabase.util.encryption", "Saved credentials encryption is " + (settings.get("MB_ENCRYPTION_SECRET_KEY") == null ? "DISABLED" : "ENABLED") + " for this Metabase instance.");
        Log.line("INFO", "metabase.core", "\n\nMetabase " + release.tag + " (" + release.hash + ")\n\nCopyright: none. This is a stand-in for tests.\n");
        Log.line("INFO", "metabase.core", "Starting Metabase in STANDALONE mode");
        new Application(release, settings).run();
    }
}
