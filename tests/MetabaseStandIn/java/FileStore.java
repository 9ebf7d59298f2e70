import java.io.File;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What stands for an H2 file: its name, its header with the file format, its lock, and the ids of what ran. It holds no other data. */
final class FileStore implements Store {
    private final Map<String, String> ran = new LinkedHashMap<>();
    private final Map<String, String> settings = new LinkedHashMap<>();
    private final File file;
    private final int format;
    private RandomAccessFile open;

    FileStore(String name, Release release) {
        file = new File(name + ".mv.db").getAbsoluteFile();
        format = release.major < 46 ? 1 : 2;
    }

    @Override
    public String type() {
        return "h2";
    }

    @Override
    public String connect() throws IOException, Stop {
        if (file.getParentFile() != null) file.getParentFile().mkdirs();
        boolean isNew = file.length() == 0;
        open = new RandomAccessFile(file, "rw");
        FileLock lock;
        try {
            lock = open.getChannel().tryLock();
        } catch (OverlappingFileLockException failure) {
            lock = null;
        }

        if (lock == null) {
            throw new Stop("org.h2.jdbc.JdbcSQLNonTransientConnectionException", "Database may be already in use: \"" + file + "\". Possible solutions: close all other connection(s); use the server mode [90020-212]\n"
                    + "Caused by: org.h2.mvstore.MVStoreException: The file is locked: " + file + " [2.1.212/7]");
        }

        if (!isNew) read();
        write();
        return format == 1 ? "H2 1.4.197 (2018-03-18)" : "H2 2.1.212 (2022-04-09)";
    }

    @Override
    public void prepare() {
    }

    @Override
    public List<Row> rows() {
        List<Row> rows = new ArrayList<>();
        for (Map.Entry<String, String> entry : ran.entrySet()) rows.add(new Row(entry.getKey(), rows.size() + 1, entry.getValue(), true));
        return rows;
    }

    @Override
    public void apply(ChangeSet change, String sql, int order, Release release, String deployment) throws IOException {
        mark(change, order, release, deployment);
    }

    @Override
    public void mark(ChangeSet change, int order, Release release, String deployment) throws IOException {
        ran.put(change.id, change.checksum(release.major));
        write();
    }

    @Override
    public void rollBack(String id, String sql) throws IOException {
        ran.remove(id);
        write();
    }

    @Override
    public void adopt(Release release, List<ChangeSet> changes) {
    }

    @Override
    public boolean lock(String who) {
        return true;
    }

    @Override
    public void unlock() {
    }

    @Override
    public boolean isNew() {
        return settings.get("has-user-setup") == null;
    }

    @Override
    public String setting(String key) {
        return settings.get(key);
    }

    @Override
    public void set(String key, String value) throws IOException {
        settings.put(key, value);
        write();
    }

    @Override
    public void ping() {
    }

    @Override
    public void close() throws IOException {
        if (open != null) open.close();
    }

    private void read() throws IOException, Stop {
        byte[] bytes = new byte[(int) open.length()];
        open.seek(0);
        open.readFully(bytes);
        String[] lines = new String(bytes, StandardCharsets.UTF_8).split("\n");
        int found = lines[0].contains("format:1") ? 1 : 2;
        if (found > format) throw new Stop("java.lang.IllegalStateException", "The write format " + found + " is larger than the supported format " + format + " [1.4.197/5]");
        if (found < format) {
            String name = file.getPath().replaceAll("\\.mv\\.db$", "") + ".v1-backup.mv.db";
            Files.copy(file.toPath(), new File(name).toPath(), StandardCopyOption.REPLACE_EXISTING);
            Log.line("INFO", "db.update-h2", "H2 v1 database detected, updating...");
        }

        for (String line : lines) {
            String[] parts = line.split("\t");
            if (parts.length == 3) (parts[0].equals("ran") ? ran : settings).put(parts[1], parts[2]);
        }
    }

    private void write() throws IOException {
        StringBuilder text = new StringBuilder("H:2,block:2,blockSize:1000,chunk:1,clean:1,format:" + format + ",version:1\n");
        for (Map.Entry<String, String> entry : ran.entrySet()) text.append("ran\t").append(entry.getKey()).append('\t').append(entry.getValue()).append('\n');
        for (Map.Entry<String, String> entry : settings.entrySet()) text.append("setting\t").append(entry.getKey()).append('\t').append(entry.getValue()).append('\n');
        byte[] bytes = text.toString().getBytes(StandardCharsets.UTF_8);
        open.seek(0);
        open.write(bytes);
        open.setLength(bytes.length);
    }
}
