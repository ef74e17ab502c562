-- lock_migrations: one migration at a time, released at the end of the transaction
SELECT pg_advisory_xact_lock(hashtext('twin.migrate'));

-- create_postgis: the extension, where the database lacks it
CREATE EXTENSION IF NOT EXISTS postgis;

-- postgis_version: release of PostGIS, null where it is missing
SELECT (SELECT extversion FROM pg_extension WHERE extname = 'postgis') AS version;

-- create_migration_table: where applied files are recorded
CREATE SCHEMA IF NOT EXISTS twin;
CREATE TABLE IF NOT EXISTS twin.schema_migration (
    name text PRIMARY KEY,
    sha256 text NOT NULL,
    applied_at timestamptz NOT NULL DEFAULT now()
);

-- applied_migrations: name and hash of every file that ran
SELECT name, sha256 FROM twin.schema_migration;

-- record_migration: remember that a file ran
INSERT INTO twin.schema_migration (name, sha256) VALUES (%(name)s, %(sha256)s)
ON CONFLICT (name) DO UPDATE SET sha256 = excluded.sha256, applied_at = now();

-- become_viewer: may only read what is published
SET ROLE twin_viewer;

-- drop_everything: all that the twin keeps, before a backup takes its place in the same transaction
DROP SCHEMA IF EXISTS layer, history, staging, twin, plain CASCADE;
