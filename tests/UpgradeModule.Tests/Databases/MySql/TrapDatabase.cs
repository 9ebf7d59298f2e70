namespace UpgradeModule.Tests.Databases.MySql;

/// <summary>A database with all that dumps and swaps of these servers stumble over.</summary>
internal static class TrapDatabase
{
    public const int Tables = 10;

    public const string Script = """
        CREATE TABLE kinds (
          id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
          ti TINYINT, b BIT(13), bo BOOLEAN, d DECIMAL(30,10), f FLOAT, db DOUBLE, y YEAR,
          da DATE, t TIME(6), dt DATETIME(6), ts TIMESTAMP(3) NULL DEFAULT NULL, c CHAR(5), v VARCHAR(300), tx LONGTEXT, bi BINARY(4), vb VARBINARY(50), bl LONGBLOB,
          e ENUM('a','it''s','c;d'), s SET('x','y','z'), j JSON, g GEOMETRY, u UUID, i6 INET6,
          gs INT GENERATED ALWAYS AS (ti + 1) STORED, gv VARCHAR(10) GENERATED ALWAYS AS (CONCAT('v', ti)) VIRTUAL,
          KEY (v(20)), UNIQUE KEY (c, ti), FULLTEXT KEY (tx), CHECK (ti < 100)
        ) AUTO_INCREMENT = 4242 COMMENT = 'a comment\nwith ''quotes'' and ; and (),(';
        INSERT INTO kinds (ti, b, bo, d, f, db, y, da, t, dt, ts, c, v, tx, bi, vb, bl, e, s, j, g, u, i6) VALUES
          (1, b'1010101010101', TRUE, -12345678901234567890.0123456789, 1.5, 2.5e300, 2026, '1000-01-01', '-838:59:59.000001', '9999-12-31 23:59:59.999999', '2026-11-22 01:02:03.456', 'a', 'x''y"z\\w\n\t\r\0%_(),(;', REPEAT('lang(),; ''', 9000), 0x00FF1A27, '', 0x00010203275C5C2822, 'it''s', 'x,z', '{"a": [1, null, "ü"]}', POINT(1.5, -2), '123e4567-e89b-12d3-a456-426614174000', '::1'),
          (2, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL),
          (3, 0, 0, 0, 0, 0, 1901, '0000-00-00', 0, 0, NULL, '', 'NULL', '😀 ''), (4', 0, '', '', 'a', '', '[]', NULL, NULL, NULL);
        CREATE TABLE parent (id INT AUTO_INCREMENT PRIMARY KEY, name VARCHAR(50) CHARACTER SET latin1 COLLATE latin1_german2_ci NOT NULL DEFAULT 'x', other INT, FOREIGN KEY (other) REFERENCES parent (id)) CHARACTER SET utf8mb3;
        CREATE TABLE child (id INT PRIMARY KEY, p INT, note VARCHAR(20) CHARACTER SET ucs2, CONSTRAINT to_parent FOREIGN KEY (p) REFERENCES parent (id) ON DELETE CASCADE ON UPDATE SET NULL);
        INSERT INTO parent VALUES (7, 'Müller', NULL), (8, 'b', 7);
        UPDATE parent SET other = 8 WHERE id = 7;
        INSERT INTO child VALUES (1, 7, 'eins'), (2, NULL, 'zwei');
        CREATE TABLE `odd ``name; (x) 'y'` (`a b``c` INT, `VALUES (1),(2)` VARCHAR(30));
        INSERT INTO `odd ``name; (x) 'y'` VALUES (1, '),('), (2, 'VALUES (3)');
        CREATE TABLE `Upper` (id INT); CREATE TABLE `upper` (id INT); INSERT INTO `Upper` VALUES (1); INSERT INTO `upper` VALUES (1), (2);
        CREATE TABLE nothing (id INT PRIMARY KEY);
        CREATE TABLE hidden (id INT PRIMARY KEY, secret INT INVISIBLE DEFAULT 5); INSERT INTO hidden (id, secret) VALUES (1, 9);
        CREATE TABLE parts (id INT, y INT) PARTITION BY RANGE (y) (PARTITION old VALUES LESS THAN (2000), PARTITION rest VALUES LESS THAN MAXVALUE);
        INSERT INTO parts VALUES (1, 1990), (2, 2020);
        CREATE TABLE audit (id INT AUTO_INCREMENT PRIMARY KEY, what VARCHAR(100));
        CREATE SEQUENCE numbers START WITH 5 INCREMENT BY 3; SELECT NEXTVAL(numbers);
        CREATE VIEW z_first AS SELECT id, name FROM parent;
        CREATE VIEW m_second AS SELECT z.id, z.name, c.note FROM z_first z LEFT JOIN child c ON c.p = z.id;
        CREATE SQL SECURITY INVOKER VIEW a_third AS SELECT COUNT(*) AS n, MAX(name) AS last FROM m_second WITH CASCADED CHECK OPTION;
        """;

    // A view with CHECK OPTION must be one that can be written through, and routines need another end of statement.
    public static string Full => Script.Replace("AS SELECT COUNT(*) AS n, MAX(name) AS last FROM m_second WITH CASCADED CHECK OPTION", "AS SELECT COUNT(*) AS n, MAX(name) AS last FROM m_second", StringComparison.Ordinal) + """

        CREATE VIEW checked AS SELECT id, p FROM child WHERE id < 100 WITH CASCADED CHECK OPTION;
        DELIMITER ;;
        CREATE TRIGGER before_child BEFORE INSERT ON child FOR EACH ROW BEGIN INSERT INTO audit (what) VALUES (CONCAT('child; ', NEW.id)); SET NEW.note = COALESCE(NEW.note, 'ä'); END;;
        CREATE TRIGGER after_child AFTER DELETE ON child FOR EACH ROW INSERT INTO audit (what) VALUES ('gone');;
        CREATE PROCEDURE fill(IN n INT)
        BEGIN
        DECLARE i INT DEFAULT 0;
        WHILE i < n DO
        INSERT INTO `audit` VALUES (NULL, CONCAT('filled ', i)), (NULL, 'twice');
        SET i = i + 1;
        END WHILE;
        END;;
        CREATE FUNCTION twice(x INT) RETURNS INT DETERMINISTIC COMMENT 'it''s; twice' RETURN x * 2;;
        CREATE EVENT cleaning ON SCHEDULE EVERY 1 DAY STARTS '2026-01-01 03:00:00' COMMENT 'night' DO BEGIN DELETE FROM audit WHERE id < 0; END;;
        DELIMITER ;
        """;
}
