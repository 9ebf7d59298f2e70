import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The settings, by environment variable or by property of the JVM (as MB_DB_TYPE or mb.db.type), and the database that they name. */
final class Settings {
    private static final Pattern LOG_IN = Pattern.compile("^jdbc:(postgresql|mysql)://([^:@]+)(?::([^:@]+))?@(.+)$");
    private static final Pattern ADDRESS = Pattern.compile("^jdbc:postgresql://([^/:?]*)(?::(\\d+))?/([^?]*)(?:\\?(.*))?$");

    String get(String name) {
        String value = System.getProperty(name);
        if (value == null) value = System.getProperty(name.toLowerCase(Locale.ROOT).replace('_', '.'));
        if (value == null) value = System.getenv(name);
        return value == null || value.isEmpty() ? null : value;
    }

    String get(String name, String otherwise) {
        String value = get(name);
        return value == null ? otherwise : value;
    }

    /** The database; a connection string wins over single settings, but for the log-in. */
    Map<String, String> database() {
        Map<String, String> found = new LinkedHashMap<>();
        String uri = get("MB_DB_CONNECTION_URI");
        if (uri == null) {
            found.put("type", get("MB_DB_TYPE", "h2"));
            found.put("host", get("MB_DB_HOST", "localhost"));
            found.put("port", get("MB_DB_PORT", "5432"));
            found.put("name", get("MB_DB_DBNAME", ""));
        } else {
            parse(uri, found);
        }

        if (get("MB_DB_USER") != null) found.put("user", get("MB_DB_USER"));
        if (get("MB_DB_PASS") != null) found.put("password", get("MB_DB_PASS"));
        found.put("file", get("MB_DB_FILE", "metabase.db"));
        return found;
    }

    private static void parse(String uri, Map<String, String> found) {
        String text = uri.startsWith("jdbc:") ? uri : "jdbc:" + uri;
        text = text.replaceFirst("^jdbc:postgres:", "jdbc:postgresql:");
        // As Metabase does it: cut out by a pattern, and not decoded.
        Matcher logIn = LOG_IN.matcher(text);
        if (logIn.matches()) {
            found.put("user", logIn.group(2));
            if (logIn.group(3) != null) found.put("password", logIn.group(3));
            text = "jdbc:" + logIn.group(1) + "://" + logIn.group(4);
        }

        Matcher address = ADDRESS.matcher(text);
        if (!address.matches()) {
            found.put("type", text.startsWith("jdbc:h2:") ? "h2" : "unknown");
            return;
        }

        found.put("type", "postgres");
        found.put("host", address.group(1).isEmpty() ? "localhost" : address.group(1));
        found.put("port", address.group(2) == null ? "5432" : address.group(2));
        found.put("name", address.group(3));
        if (address.group(4) == null) return;
        for (String part : address.group(4).split("&")) {
            int at = part.indexOf('=');
            if (at > 0 && (part.startsWith("user=") || part.startsWith("password="))) {
                found.put(part.substring(0, at), URLDecoder.decode(part.substring(at + 1), StandardCharsets.UTF_8));
            }
        }
    }
}
