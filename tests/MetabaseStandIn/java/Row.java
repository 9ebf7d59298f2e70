/** A row of databasechangelog. */
final class Row {
    final String id;
    final int order;
    final String checksum;
    /** Whether the stand-in wrote it: checksums of others can't be compared. */
    final boolean own;

    Row(String id, int order, String checksum, boolean own) {
        this.id = id;
        this.order = order;
        this.checksum = checksum;
        this.own = own;
    }
}
