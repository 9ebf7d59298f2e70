import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** A session of PostgreSQL by its wire protocol: simple queries and text results, no TLS. It saves the stand-in a driver. */
final class Pg implements AutoCloseable {
    private final Socket socket;
    private final DataInputStream in;
    private final DataOutputStream out;
    private final Map<String, String> parameters = new HashMap<>();

    Pg(Map<String, String> database, String application) throws IOException, Stop {
        socket = new Socket(database.get("host"), Integer.parseInt(database.get("port")));
        in = new DataInputStream(new BufferedInputStream(socket.getInputStream()));
        out = new DataOutputStream(new BufferedOutputStream(socket.getOutputStream()));
        String user = database.getOrDefault("user", "");
        ByteArrayOutputStream start = new ByteArrayOutputStream();
        start.write(new byte[] {0, 3, 0, 0});
        for (String text : new String[] {"user", user, "database", database.get("name"), "application_name", application, "client_encoding", "UTF8"}) start.write(zero(text));
        start.write(0);
        out.writeInt(start.size() + 4);
        start.writeTo(out);
        out.flush();
        logIn(user, database.getOrDefault("password", ""));
    }

    /** What the server tells of itself: server_version. */
    String parameter(String name) {
        return parameters.get(name);
    }

    /** Runs statements; gives the rows of the last that has any. */
    synchronized List<List<String>> query(String sql) throws IOException, Stop {
        send('Q', zero(sql));
        List<List<String>> rows = new ArrayList<>();
        Stop failure = null;
        while (true) {
            int kind = in.readUnsignedByte();
            byte[] body = new byte[in.readInt() - 4];
            in.readFully(body);
            switch (kind) {
                case 'T':
                    rows = new ArrayList<>();
                    break;
                case 'D':
                    rows.add(row(body));
                    break;
                case 'E':
                    failure = new Stop("org.postgresql.util.PSQLException", "ERROR: " + field(body, 'M'));
                    break;
                case 'Z':
                    if (failure != null) throw failure;
                    return rows;
                default:
                    break;
            }
        }
    }

    /** The first value of the first row. */
    String value(String sql) throws IOException, Stop {
        List<List<String>> rows = query(sql);
        return rows.isEmpty() ? null : rows.get(0).get(0);
    }

    static String quote(String text) {
        return text == null ? "NULL" : "'" + text.replace("'", "''") + "'";
    }

    @Override
    public void close() throws IOException {
        try {
            send('X', new byte[0]);
        } finally {
            socket.close();
        }
    }

    private void logIn(String user, String password) throws IOException, Stop {
        Scram scram = null;
        while (true) {
            int kind = in.readUnsignedByte();
            byte[] body = new byte[in.readInt() - 4];
            in.readFully(body);
            if (kind == 'E') throw new Stop("org.postgresql.util.PSQLException", "FATAL: " + field(body, 'M'));
            if (kind == 'S') {
                String[] pair = new String(body, StandardCharsets.UTF_8).split("\0");
                parameters.put(pair[0], pair.length > 1 ? pair[1] : "");
            }

            if (kind == 'Z') return;
            if (kind != 'R') continue;
            try {
                int method = body[3];
                if (method == 3) {
                    send('p', zero(password));
                } else if (method == 5) {
                    send('p', zero("md5" + md5(concat(md5(concat(utf8(password), utf8(user))).getBytes(StandardCharsets.US_ASCII), new byte[] {body[4], body[5], body[6], body[7]}))));
                } else if (method == 10) {
                    scram = new Scram(password);
                    byte[] first = utf8(scram.first());
                    ByteArrayOutputStream message = new ByteArrayOutputStream();
                    message.write(zero("SCRAM-SHA-256"));
                    new DataOutputStream(message).writeInt(first.length);
                    message.write(first);
                    send('p', message.toByteArray());
                } else if (method == 11) {
                    send('p', utf8(scram.last(new String(body, 4, body.length - 4, StandardCharsets.UTF_8))));
                }
            } catch (GeneralSecurityException failure) {
                throw new IOException(failure);
            }
        }
    }

    private void send(char kind, byte[] body) throws IOException {
        out.writeByte(kind);
        out.writeInt(body.length + 4);
        out.write(body);
        out.flush();
    }

    private static List<String> row(byte[] body) throws IOException {
        DataInputStream data = new DataInputStream(new java.io.ByteArrayInputStream(body));
        List<String> row = new ArrayList<>();
        int columns = data.readUnsignedShort();
        for (int i = 0; i < columns; i++) {
            int length = data.readInt();
            row.add(length < 0 ? null : new String(data.readNBytes(length), StandardCharsets.UTF_8));
        }

        return row;
    }

    private static String field(byte[] body, char wanted) {
        for (String part : new String(body, StandardCharsets.UTF_8).split("\0")) {
            if (!part.isEmpty() && part.charAt(0) == wanted) return part.substring(1);
        }

        return "";
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static byte[] zero(String text) {
        return concat(utf8(text), new byte[1]);
    }

    private static byte[] concat(byte[] left, byte[] right) {
        byte[] both = java.util.Arrays.copyOf(left, left.length + right.length);
        System.arraycopy(right, 0, both, left.length, right.length);
        return both;
    }

    private static String md5(byte[] bytes) throws GeneralSecurityException {
        return Changelog.hex(MessageDigest.getInstance("MD5").digest(bytes));
    }
}
