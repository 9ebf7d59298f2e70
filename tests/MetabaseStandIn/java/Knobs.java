/**
 * What a test wants to go wrong: MB_STANDIN_FAIL holds VERSION=WHAT, parted by semicolons. WHAT is migration (the last changeset of the version
 * fails, those before it stay), down (the second changeset that is rolled back fails), downnothing (rolling back does nothing and succeeds), downleft
 * (one changeset is left), checksum, hang, crash, init, unhealthy, or database:NAME (another database than the one of the settings).
 */
final class Knobs {
    private final String what;
    private final int delay;

    Knobs(Release release, Settings settings) {
        String found = "";
        for (String knob : settings.get("MB_STANDIN_FAIL", "").split(";")) {
            int at = knob.indexOf('=');
            if (at > 0 && knob.substring(0, at).trim().equals(release.version())) found = knob.substring(at + 1).trim();
        }

        what = found;
        delay = Integer.parseInt(settings.get("MB_STANDIN_DELAY_MS", "0"));
    }

    boolean is(String name) {
        return what.equals(name);
    }

    /** The database to use in place of the one of the settings. */
    String otherDatabase() {
        return what.startsWith("database:") ? what.substring("database:".length()) : null;
    }

    /** Each migration takes this long at least. */
    void slow() throws InterruptedException {
        if (delay > 0) Thread.sleep(delay);
    }
}
