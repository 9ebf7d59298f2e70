/** One changeset of the changelog. */
final class ChangeSet {
    /** Its id, as Metabase's own changelog has it. */
    String id;
    /** The major that it belongs to by its id; the one that brought it where the id tells none. */
    int major;
    /** The first major whose JARs have it: back-ported ones came later, and some were shipped before their time. */
    int since;
    String comment = "";
    String sql = "";
    String rollback = "";

    /** The file of the changelog that it stands in, as a version sees it: 48 renamed the first. */
    String file(int running) {
        if (running <= 47) return "migrations/000_migrations.yaml";
        return major < 45 && !id.equals("v00.00-000") ? "migrations/000_legacy_migrations.yaml" : "migrations/001_update_migrations.yaml";
    }

    /** Its checksum, which begins with the version of its kind: 9 from 49 on. */
    String checksum(int running) {
        return (running < 49 ? "8:" : "9:") + Changelog.md5(sql);
    }
}
