import java.io.IOException;
import java.util.List;

/** The application database, as far as the stand-in needs it. */
interface Store extends AutoCloseable {
    /** postgres or h2, as Metabase names it in its log. */
    String type();

    /** Opens it. */
    String connect() throws IOException, Stop;

    /** Makes Liquibase's tables where they are not there. */
    void prepare() throws IOException, Stop;

    /** What ran, in its order; nothing where Liquibase's table isn't there. */
    List<Row> rows() throws IOException, Stop;

    /** Runs a changeset and records it, both or neither. */
    void apply(ChangeSet change, String sql, int order, Release release, String deployment) throws IOException, Stop;

    /** Records a changeset without running it. */
    void mark(ChangeSet change, int order, Release release, String deployment) throws IOException, Stop;

    /** Takes a changeset back and forgets it. */
    void rollBack(String id, String sql) throws IOException, Stop;

    /** Updates what a version changes in the records of others: the names of files. */
    void adopt(Release release, List<ChangeSet> changes) throws IOException, Stop;

    /** Takes the migration lock. */
    boolean lock(String who) throws IOException, Stop;

    /** Gives it back, whoever holds it. */
    void unlock() throws IOException, Stop;

    /** Whether nobody has set Metabase up in it. */
    boolean isNew() throws IOException, Stop;

    String setting(String key) throws IOException, Stop;

    void set(String key, String value) throws IOException, Stop;

    /** Fails where it can't be reached. */
    void ping() throws IOException, Stop;

    /** The names of questions, newest first. */
    default List<List<String>> cards() throws IOException, Stop {
        throw new Stop("There are no questions in it.");
    }

    /** Makes a question. */
    default String addCard(String name) throws IOException, Stop {
        throw new Stop("No question can be made in it.");
    }

    @Override
    void close() throws IOException;
}
