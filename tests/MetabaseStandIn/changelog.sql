-- Migrations of the stand-in, in their order. The ids are those of Metabase's own changelog, and what each does resembles what it does there;
-- there are far fewer. "since" is the first major whose JARs have it. They run on a database that these migrations made, and those of 50 on
-- one that Metabase 49 made.

--changeset 1 since=1
--comment The tables of the beginning
CREATE TABLE core_user (id SERIAL PRIMARY KEY, email VARCHAR(254) NOT NULL UNIQUE, first_name VARCHAR(254) NOT NULL, last_name VARCHAR(254) NOT NULL, password VARCHAR(254), date_joined TIMESTAMP WITH TIME ZONE NOT NULL, last_login TIMESTAMP WITH TIME ZONE, is_superuser BOOLEAN NOT NULL, is_active BOOLEAN NOT NULL);
CREATE TABLE metabase_database (id SERIAL PRIMARY KEY, created_at TIMESTAMP WITH TIME ZONE NOT NULL, updated_at TIMESTAMP WITH TIME ZONE NOT NULL, name VARCHAR(254) NOT NULL, details TEXT, engine VARCHAR(254) NOT NULL);
CREATE TABLE metabase_field (id SERIAL PRIMARY KEY, name VARCHAR(254) NOT NULL, base_type VARCHAR(255) NOT NULL, special_type VARCHAR(255));
CREATE TABLE report_card (id SERIAL PRIMARY KEY, created_at TIMESTAMP WITH TIME ZONE NOT NULL, updated_at TIMESTAMP WITH TIME ZONE NOT NULL, name VARCHAR(254) NOT NULL, description TEXT, display VARCHAR(254) NOT NULL, dataset_query TEXT NOT NULL, visualization_settings TEXT NOT NULL, creator_id INTEGER NOT NULL REFERENCES core_user (id), database_id INTEGER REFERENCES metabase_database (id));
CREATE TABLE report_dashboard (id SERIAL PRIMARY KEY, created_at TIMESTAMP WITH TIME ZONE NOT NULL, updated_at TIMESTAMP WITH TIME ZONE NOT NULL, name VARCHAR(254) NOT NULL, description TEXT, creator_id INTEGER NOT NULL REFERENCES core_user (id), parameters TEXT NOT NULL);
CREATE TABLE report_dashboardcard (id SERIAL PRIMARY KEY, created_at TIMESTAMP WITH TIME ZONE NOT NULL, updated_at TIMESTAMP WITH TIME ZONE NOT NULL, "sizeX" INTEGER NOT NULL, "sizeY" INTEGER NOT NULL, row INTEGER NOT NULL, col INTEGER NOT NULL, card_id INTEGER REFERENCES report_card (id), dashboard_id INTEGER NOT NULL REFERENCES report_dashboard (id));

--changeset 4 since=1
--comment Settings
CREATE TABLE setting (key VARCHAR(254) NOT NULL PRIMARY KEY, value TEXT NOT NULL);

--changeset 14 since=1
--comment Who looked at what
CREATE TABLE view_log (id SERIAL PRIMARY KEY, user_id INTEGER REFERENCES core_user (id), model VARCHAR(16) NOT NULL, model_id INTEGER NOT NULL, "timestamp" TIMESTAMP WITH TIME ZONE NOT NULL);

--changeset 20 since=1
--comment Pulses
CREATE TABLE pulse (id SERIAL PRIMARY KEY, creator_id INTEGER NOT NULL REFERENCES core_user (id), name VARCHAR(254), created_at TIMESTAMP WITH TIME ZONE NOT NULL);

--changeset 47 since=1
--comment Collections
CREATE TABLE collection (id SERIAL PRIMARY KEY, name TEXT NOT NULL, slug VARCHAR(254) NOT NULL, description TEXT, archived BOOLEAN NOT NULL DEFAULT FALSE, location VARCHAR(254) NOT NULL DEFAULT '/');
ALTER TABLE report_card ADD COLUMN collection_id INTEGER REFERENCES collection (id);
ALTER TABLE report_dashboard ADD COLUMN collection_id INTEGER REFERENCES collection (id);

--changeset 48 since=1
--comment Revisions of collections
CREATE TABLE collection_revision (id SERIAL PRIMARY KEY, before TEXT NOT NULL, after TEXT NOT NULL, user_id INTEGER NOT NULL REFERENCES core_user (id));

--changeset 269 since=37
--comment Added 0.37.0: addresses in lower case
UPDATE core_user SET email = lower(email);

--changeset 270 since=37
--comment Added 0.37.0: the extension citext
CREATE EXTENSION IF NOT EXISTS citext;

--changeset 271 since=37
--comment Added 0.37.0: addresses whose case doesn't count
ALTER TABLE core_user ALTER COLUMN email TYPE citext;

--changeset 273 since=37
--comment Added 0.37.1
ALTER TABLE core_user ALTER COLUMN is_superuser SET DEFAULT FALSE;

--changeset 274 since=37
--comment Added 0.37.1
ALTER TABLE core_user ALTER COLUMN is_active SET DEFAULT TRUE;

--changeset 275 since=38
--comment Added 0.38.0: refingerprint
ALTER TABLE metabase_database ADD COLUMN refingerprint BOOLEAN;

--changeset 279 since=38
--comment Added 0.38.0: subscriptions of dashboards
ALTER TABLE pulse ADD COLUMN dashboard_id INTEGER;

--changeset 280 since=38
--comment Added 0.38.0: subscriptions of dashboards
ALTER TABLE pulse ADD CONSTRAINT fk_pulse_ref_dashboard_id FOREIGN KEY (dashboard_id) REFERENCES report_dashboard (id) ON DELETE CASCADE;

--changeset 281 since=39
--comment Added 0.39: semantic types
ALTER TABLE metabase_field RENAME COLUMN special_type TO semantic_type;

--changeset 284 since=39
--comment Added 0.39: effective types
ALTER TABLE metabase_field ADD COLUMN effective_type VARCHAR(255);

--changeset 286 since=39
--comment Added 0.39: effective types
UPDATE metabase_field SET effective_type = base_type;

--changeset 291 since=39
--comment Added 0.39.0: the history of log-ins
CREATE TABLE login_history (id SERIAL PRIMARY KEY, "timestamp" TIMESTAMP WITH TIME ZONE NOT NULL DEFAULT now(), user_id INTEGER NOT NULL REFERENCES core_user (id) ON DELETE CASCADE, device_id CHAR(36) NOT NULL, ip_address TEXT NOT NULL);

--changeset 300 since=40
--comment Added 0.40.0: another name for revisions of collections
ALTER TABLE collection_revision RENAME TO collection_permission_graph_revision;

--changeset 301 since=40
--comment Added 0.40.0: and for their sequence
ALTER SEQUENCE collection_revision_id_seq RENAME TO collection_permission_graph_revision_id_seq;

--changeset 303 since=40
--comment Added 0.40.0: reviews
CREATE TABLE moderation_review (id SERIAL PRIMARY KEY, updated_at TIMESTAMP WITH TIME ZONE NOT NULL DEFAULT now(), created_at TIMESTAMP WITH TIME ZONE NOT NULL DEFAULT now(), status VARCHAR(255), text TEXT, moderated_item_id INTEGER NOT NULL, moderated_item_type VARCHAR(255) NOT NULL, moderator_id INTEGER NOT NULL, most_recent BOOLEAN NOT NULL);

--changeset 309 since=40
--comment Added 0.40.0: official collections
ALTER TABLE collection ADD COLUMN authority_level VARCHAR(255);

--changeset 311 since=40
--comment Added 0.40.0: friendly names of fields
UPDATE setting SET value = 'simple' WHERE key = 'humanization-strategy' AND value = 'advanced';

--changeset 312 since=40
--comment Added 0.41.0, and shipped with the last 40
UPDATE pulse SET name = coalesce(name, '');

--changeset 315 since=41
--comment Added 0.41.0: caching by dashboard
ALTER TABLE report_dashboard ADD COLUMN cache_ttl INTEGER;

--changeset v42.00-001 since=42
--comment Added 0.42.0: every question has a database
UPDATE report_card SET database_id = (SELECT min(id) FROM metabase_database) WHERE database_id IS NULL;

--changeset v42.00-003 since=42
--comment Added 0.42.0: models
ALTER TABLE report_card ADD COLUMN dataset BOOLEAN NOT NULL DEFAULT FALSE;

--changeset v43.00-038 since=43
--comment Added 0.43.0: bookmarks of collections
CREATE TABLE collection_bookmark (id SERIAL PRIMARY KEY, user_id INTEGER NOT NULL REFERENCES core_user (id) ON DELETE CASCADE, collection_id INTEGER NOT NULL REFERENCES collection (id) ON DELETE CASCADE, created_at TIMESTAMP WITH TIME ZONE NOT NULL DEFAULT now());

--changeset v44.00-004 since=44
--comment Added 0.44.0: lasting ids of collections
ALTER TABLE collection ADD COLUMN entity_id CHAR(21) UNIQUE;

--changeset v44.00-027 since=44
--comment Added 0.44.0: a user without first name
ALTER TABLE core_user ALTER COLUMN first_name DROP NOT NULL;

--changeset v45.00-028 since=45
--comment Added 0.45.0: another name for the width of cards
ALTER TABLE report_dashboardcard RENAME COLUMN "sizeX" TO size_x;
--rollback ALTER TABLE report_dashboardcard RENAME COLUMN size_x TO "sizeX";

--changeset v45.00-048 since=45
--comment Added 0.45.0: when a collection was made
ALTER TABLE collection ADD COLUMN created_at TIMESTAMP WITH TIME ZONE NOT NULL DEFAULT now();
--rollback ALTER TABLE collection DROP COLUMN created_at;

--changeset v46.00-026 since=46
--comment Added 0.46.0: versions of databases
ALTER TABLE metabase_database ADD COLUMN dbms_version TEXT;
--rollback ALTER TABLE metabase_database DROP COLUMN dbms_version;

--changeset v47.00-004 since=46
--comment The one of 47 that every 46 ships
UPDATE setting SET value = value WHERE key = 'custom-formatting';
--rollback SELECT 1;

--changeset v47.00-005 since=47
--comment Added 0.47.0: filters that wait for a button
ALTER TABLE report_dashboard ADD COLUMN auto_apply_filters BOOLEAN NOT NULL DEFAULT TRUE;
--rollback ALTER TABLE report_dashboard DROP COLUMN auto_apply_filters;

--changeset v47.00-030 since=47
--comment Added 0.47.0: kinds of collections
ALTER TABLE collection ADD COLUMN type VARCHAR(256);
--rollback ALTER TABLE collection DROP COLUMN type;

--changeset v48.00-016 since=48
--comment Added 0.48.0: longer slugs
ALTER TABLE collection ALTER COLUMN slug TYPE VARCHAR(510);
--rollback ALTER TABLE collection ALTER COLUMN slug TYPE VARCHAR(254);

--changeset v48.00-021 since=48
--comment Questions know the version that made them
ALTER TABLE report_card ADD COLUMN metabase_version VARCHAR(100);
--rollback ALTER TABLE report_card DROP COLUMN metabase_version;

--changeset v49.00-003 since=49
--comment Kinds of users
ALTER TABLE core_user ADD COLUMN type VARCHAR(64) NOT NULL DEFAULT 'personal';
--rollback ALTER TABLE core_user DROP COLUMN type;

--changeset v49.2024-01-22T11:50:00 since=49
--comment Kinds of questions
ALTER TABLE report_card ADD COLUMN type VARCHAR(16) NOT NULL DEFAULT 'question';
--rollback ALTER TABLE report_card DROP COLUMN type;

--changeset v49.2024-01-22T11:51:00 since=49
--comment Kinds of questions
UPDATE report_card SET type = 'model' WHERE dataset;
--rollback SELECT 1;

--changeset v49.2024-01-29T19:26:40 since=49
--comment The width of dashboards
ALTER TABLE report_dashboard ADD COLUMN width VARCHAR(16) DEFAULT 'fixed';
--rollback ALTER TABLE report_dashboard DROP COLUMN width;

--changeset v49.2024-01-29T19:30:00 since=49
--comment The width of dashboards
UPDATE report_dashboard SET width = 'full';
--rollback SELECT 1;

--changeset v50.2024-03-28T16:30:35 since=50
--comment The internal user
INSERT INTO core_user (id, email, first_name, last_name, password, date_joined, is_superuser, is_active, type) VALUES (13371338, 'internal@metabase.com', 'Metabase', 'Internal', 'none', now(), FALSE, FALSE, 'internal');
--rollback DELETE FROM core_user WHERE id = 13371338;

--changeset v50.2024-04-09T15:55:19 since=50
--comment Sample collections
ALTER TABLE collection ADD COLUMN is_sample BOOLEAN NOT NULL DEFAULT FALSE;
--rollback ALTER TABLE collection DROP COLUMN is_sample;

--changeset v50.2024-04-25T16:29:31 since=50
--comment How often a question was looked at
ALTER TABLE report_card ADD COLUMN view_count INTEGER NOT NULL DEFAULT 0;
--rollback ALTER TABLE report_card DROP COLUMN view_count;

--changeset v50.2024-04-25T16:29:32 since=50
--comment How often a question was looked at
UPDATE report_card SET view_count = (SELECT count(*) FROM view_log WHERE view_log.model = 'card' AND view_log.model_id = report_card.id);
--rollback SELECT 1;

--changeset v50.2024-04-26T09:19:00 since=50
--comment Values of parameters by user
CREATE TABLE user_parameter_value (id SERIAL PRIMARY KEY, user_id INTEGER NOT NULL REFERENCES core_user (id) ON DELETE CASCADE, parameter_id VARCHAR(36) NOT NULL, value TEXT);
--rollback DROP TABLE user_parameter_value;

--changeset v49.2024-05-07T10:00:00 since=50
--comment Back-ported to 49, and run after those of 50
UPDATE setting SET value = value WHERE key = 'site-name';
--rollback SELECT 1;

--changeset v51.2024-05-13T15:30:57 since=51
--comment Which parts of a question are cached
ALTER TABLE report_card ADD COLUMN cache_invalidated_at TIMESTAMP WITH TIME ZONE;
--rollback ALTER TABLE report_card DROP COLUMN cache_invalidated_at;

--changeset v51.2024-06-12T18:53:02 since=51
--comment Who has seen what
CREATE TABLE user_key_value (id SERIAL PRIMARY KEY, user_id INTEGER NOT NULL REFERENCES core_user (id) ON DELETE CASCADE, key VARCHAR(254) NOT NULL, value TEXT);
--rollback DROP TABLE user_key_value;
