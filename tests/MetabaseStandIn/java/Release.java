import java.io.IOException;
import java.io.InputStream;
import java.util.Properties;

/** What the JAR says of itself. */
final class Release {
    final String tag;
    final String hash;
    final String date;
    /** 50 of v0.50.12. */
    final int major;
    final boolean enterprise;
    /** The lowest Java that runs it. */
    final int javaNeeded;

    private Release(Properties properties) {
        tag = properties.getProperty("tag");
        hash = properties.getProperty("hash");
        date = properties.getProperty("date");
        String[] parts = version().split("\\.");
        enterprise = parts[0].equals("1");
        major = Integer.parseInt(parts[1].replaceAll("\\D.*", ""));
        String java = properties.getProperty("java");
        javaNeeded = java != null ? Integer.parseInt(java) : major >= 53 ? 21 : major >= 44 ? 11 : 8;
    }

    /** The tag without its v. */
    String version() {
        return tag.substring(1);
    }

    static Release read() throws IOException {
        Properties properties = new Properties();
        try (InputStream stream = Release.class.getResourceAsStream("/version.properties")) {
            properties.load(stream);
        }

        return new Release(properties);
    }
}
