import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The changesets that a version brings, in their order. */
final class Changelog {
    private static final Pattern HEADER = Pattern.compile("^--changeset (\\S+) since=(\\d+)$");
    private static final Pattern MAJOR = Pattern.compile("^v(\\d+)\\..*");

    private Changelog() {
    }

    static List<ChangeSet> of(Release release) throws IOException {
        String text;
        try (InputStream stream = Changelog.class.getResourceAsStream("/changelog.sql")) {
            text = new String(stream.readAllBytes(), StandardCharsets.UTF_8);
        }

        List<ChangeSet> all = new ArrayList<>();
        ChangeSet current = null;
        for (String line : text.split("\n")) {
            Matcher header = HEADER.matcher(line);
            if (header.matches()) {
                current = new ChangeSet();
                current.id = header.group(1);
                current.since = Integer.parseInt(header.group(2));
                current.major = major(current.id, current.since);
                all.add(current);
            } else if (current == null) {
                continue;
            } else if (line.startsWith("--comment ")) {
                current.comment = line.substring("--comment ".length());
            } else if (line.startsWith("--rollback ")) {
                current.rollback += line.substring("--rollback ".length()) + "\n";
            } else if (!line.startsWith("--")) {
                current.sql += line + "\n";
            }
        }

        all.removeIf(change -> change.since > release.major);
        return all;
    }

    /** The major that an id names. */
    static int major(String id, int otherwise) {
        Matcher match = MAJOR.matcher(id);
        return match.matches() && !match.group(1).equals("00") ? Integer.parseInt(match.group(1)) : otherwise;
    }

    static String md5(String text) {
        try {
            return hex(MessageDigest.getInstance("MD5").digest(text.getBytes(StandardCharsets.UTF_8)));
        } catch (NoSuchAlgorithmException failure) {
            throw new IllegalStateException(failure);
        }
    }

    static String hex(byte[] bytes) {
        StringBuilder text = new StringBuilder();
        for (byte part : bytes) text.append(String.format("%02x", part));
        return text.toString();
    }
}
