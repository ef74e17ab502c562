-- Group roles, made where the user may make roles; each is granted the least that its door needs.

DO $$
DECLARE
    wanted text;
    higher text;
    lower text;
BEGIN
    FOREACH wanted IN ARRAY ARRAY['twin_viewer', 'twin_editor', 'twin_steward', 'twin_admin', 'twin_loader',
        'twin_worker', 'twin_gate'] LOOP
        IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = wanted) THEN
            EXECUTE format('CREATE ROLE %I NOLOGIN', wanted);
        END IF;
        IF NOT pg_has_role(current_user, wanted, 'MEMBER') THEN
            EXECUTE format('GRANT %I TO CURRENT_USER', wanted);
        END IF;
    END LOOP;
    -- An admin may all that a steward may, a steward all that an editor may, an editor all that a viewer may.
    FOR lower, higher IN VALUES ('twin_viewer', 'twin_editor'), ('twin_editor', 'twin_steward'),
        ('twin_steward', 'twin_admin') LOOP
        IF NOT pg_has_role(higher, lower, 'MEMBER') THEN
            EXECUTE format('GRANT %I TO %I', lower, higher);
        END IF;
    END LOOP;
    -- The logins of the web server inherit nothing: they must take a role, one transaction at a time.
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'twin_web') THEN
        GRANT twin_viewer TO twin_web;
    END IF;
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'twin_sign_in') THEN
        GRANT twin_gate, twin_viewer, twin_editor, twin_steward, twin_admin TO twin_sign_in;
    END IF;
END
$$;

GRANT USAGE ON SCHEMA twin, layer TO twin_viewer, twin_editor, twin_loader, twin_worker;
GRANT USAGE ON SCHEMA twin TO twin_gate;
GRANT USAGE ON SCHEMA history TO twin_editor, twin_loader;
GRANT USAGE, CREATE ON SCHEMA staging TO twin_loader;

GRANT SELECT ON twin.city, twin.source, twin.load, twin.reject, twin.change, twin.run, twin.run_batch, twin.score,
    twin.city_part, twin.raster, twin.form, twin.premise, twin.flag TO twin_viewer, twin_editor, twin_loader, twin_worker;
GRANT INSERT, UPDATE ON twin.source, twin.load, twin.reject TO twin_loader;
GRANT INSERT, UPDATE, DELETE ON twin.raster TO twin_loader;
GRANT INSERT, UPDATE, DELETE ON twin.run, twin.run_batch, twin.score, twin.form, twin.premise, twin.flag TO twin_worker;
-- What is changed is noted by triggers alone; an earlier release granted it to those who edit, too.
REVOKE INSERT ON twin.change FROM twin_editor, twin_loader;
