namespace SampleApp;

/// <summary>All migrations in order. A build knows those up to its own version.</summary>
internal static class Changelog
{
    private static readonly Version One = new(1, 0, 0);
    private static readonly Version OneOne = new(1, 1, 0);
    private static readonly Version Two = new(2, 0, 0);

    private static readonly Migration[] All =
    [
        new("v1.00-001", One, "Users",
            [
                "CREATE TABLE users (id {id}, name varchar(254) NOT NULL UNIQUE, email varchar(254), created {time} NOT NULL DEFAULT {now})",
                "INSERT INTO users (name, email) VALUES ('Ada Lovelace', 'ada@example.org'), ('Grace Hopper', 'grace@example.org; g.hopper@example.com'), ('Edsger Dijkstra', NULL)",
            ],
            ["DROP TABLE users"]),
        new("v1.00-002", One, "Notes",
            [
                "CREATE TABLE notes (id {id}, author_id bigint NOT NULL REFERENCES users (id), text text NOT NULL, created {time} NOT NULL DEFAULT {now})",
                "CREATE INDEX idx_notes_author_id ON notes (author_id)",
            ],
            ["DROP TABLE notes"]),
        new("v1.00-003", One, "A first note for everybody",
            [
                "INSERT INTO notes (author_id, text) SELECT id, 'Hello, I am ' || name FROM users",
                "CREATE INDEX idx_notes_created ON notes (created)",
            ],
            ["DROP INDEX idx_notes_created"]),
        new("v1.10-001", OneOne, "Notes can be pinned",
            [
                "ALTER TABLE notes ADD COLUMN pinned integer NOT NULL DEFAULT 0",
                "UPDATE notes SET pinned = 1 WHERE id IN (SELECT min(id) FROM notes GROUP BY author_id)",
            ],
            ["ALTER TABLE notes DROP COLUMN pinned"]),
        new("v1.10-002", OneOne, "Tags",
            [
                "CREATE TABLE tags (id {id}, name varchar(100) NOT NULL UNIQUE)",
                "CREATE TABLE note_tags (note_id bigint NOT NULL REFERENCES notes (id) ON DELETE CASCADE, tag_id bigint NOT NULL REFERENCES tags (id), PRIMARY KEY (note_id, tag_id))",
                "INSERT INTO tags (name) VALUES ('welcome')",
                "INSERT INTO note_tags (note_id, tag_id) SELECT n.id, t.id FROM notes n, tags t WHERE n.pinned = 1 AND t.name = 'welcome'",
            ],
            ["DROP TABLE note_tags", "DROP TABLE tags"]),
        new("v1.10-003", OneOne, "Display names",
            [
                "ALTER TABLE users ADD COLUMN display_name varchar(254)",
                "UPDATE users SET display_name = name",
            ],
            ["ALTER TABLE users DROP COLUMN display_name"]),
        new("v2.00-001", Two, "A table for e-mail addresses",
            [
                "CREATE TABLE user_emails (id {id}, user_id bigint NOT NULL REFERENCES users (id) ON DELETE CASCADE, address varchar(254) NOT NULL, position integer NOT NULL DEFAULT 1)",
                "CREATE INDEX idx_user_emails_user_id ON user_emails (user_id)",
            ],
            ["DROP TABLE user_emails"]),
        new("v2.00-002", Two, "E-mail addresses, one a row",
            [
                "INSERT INTO user_emails (user_id, address, position) SELECT id, CASE WHEN email LIKE '%; %' THEN substr(email, 1, {pos(email)} - 1) ELSE email END, 1 FROM users WHERE email IS NOT NULL UNION ALL SELECT id, substr(email, {pos(email)} + 2), 2 FROM users WHERE email LIKE '%; %'",
                "ALTER TABLE users DROP COLUMN email",
                "CREATE UNIQUE INDEX idx_user_emails_position ON user_emails (user_id, position)",
            ],
            [
                "ALTER TABLE users ADD COLUMN email varchar(254)",
                "UPDATE users SET email = (SELECT {join(address, position)} FROM user_emails e WHERE e.user_id = users.id)",
                "DROP INDEX idx_user_emails_position",
                "DELETE FROM user_emails",
            ]),
        new("v2.00-003", Two, "Display names and pins are demanded",
            [
                "UPDATE users SET display_name = name WHERE display_name IS NULL",
                "CREATE UNIQUE INDEX idx_users_display_name ON users (display_name)",
                "CREATE TABLE pins (note_id bigint PRIMARY KEY REFERENCES notes (id) ON DELETE CASCADE)",
                "INSERT INTO pins (note_id) SELECT id FROM notes WHERE pinned = 1",
            ],
            ["DROP TABLE pins", "DROP INDEX idx_users_display_name"]),
    ];

    /// <summary>The version whose migrations must have run before this build's own can.</summary>
    public static Version? Needs { get; } = AppInfo.Release >= Two ? OneOne : null;

    /// <summary>The migrations that this build knows.</summary>
    public static IReadOnlyList<Migration> Known { get; } = [.. All.Where(static migration => migration.Release <= Trim(AppInfo.Release))];

    /// <summary>The migrations that this build brought: those that it takes back.</summary>
    public static IEnumerable<Migration> Own { get; } = Known.Where(static migration => migration.Release == Trim(AppInfo.Release));

    /// <summary>Writes a part in the words of an engine.</summary>
    public static string Translate(string sql, bool postgres) => sql
        .Replace("{id}", postgres ? "bigint GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY" : "integer PRIMARY KEY AUTOINCREMENT", StringComparison.Ordinal)
        .Replace("{time}", postgres ? "timestamptz" : "text", StringComparison.Ordinal)
        .Replace("{now}", postgres ? "now()" : "(strftime('%Y-%m-%d %H:%M:%f','now'))", StringComparison.Ordinal)
        .Replace("{pos(email)}", postgres ? "strpos(email, '; ')" : "instr(email, '; ')", StringComparison.Ordinal)
        .Replace("{join(address, position)}", postgres ? "string_agg(address, '; ' ORDER BY position)" : "group_concat(address, '; ' ORDER BY position)", StringComparison.Ordinal);

    private static Version Trim(Version version) => new(version.Major, version.Minor, version.Build);
}
