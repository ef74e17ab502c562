-- Group roles, made where the user may make roles; each is granted the least that its door needs.

DO $$
DECLARE
    wanted text;
BEGIN
    FOREACH wanted IN ARRAY ARRAY['twin_viewer', 'twin_editor', 'twin_loader', 'twin_worker', 'twin_admin'] LOOP
        IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = wanted) THEN
            EXECUTE format('CREATE ROLE %I NOLOGIN', wanted);
        END IF;
        IF NOT pg_has_role(current_user, wanted, 'MEMBER') THEN
            EXECUTE format('GRANT %I TO CURRENT_USER', wanted);
        END IF;
    END LOOP;
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'twin_web') THEN
        GRANT twin_viewer TO twin_web;
    END IF;
END
$$;

GRANT USAGE ON SCHEMA twin, layer TO twin_viewer, twin_editor, twin_loader, twin_worker;
GRANT USAGE ON SCHEMA history TO twin_editor, twin_loader;
GRANT USAGE, CREATE ON SCHEMA staging TO twin_loader;

GRANT SELECT ON twin.city, twin.source, twin.load, twin.reject, twin.change, twin.run, twin.run_batch, twin.score,
    twin.city_part, twin.raster, twin.form, twin.premise, twin.flag TO twin_viewer, twin_editor, twin_loader, twin_worker;
GRANT INSERT, UPDATE ON twin.source, twin.load, twin.reject TO twin_loader;
GRANT INSERT, UPDATE, DELETE ON twin.raster TO twin_loader;
GRANT INSERT ON twin.change TO twin_editor, twin_loader;
GRANT INSERT, UPDATE, DELETE ON twin.run, twin.run_batch, twin.score, twin.form, twin.premise, twin.flag TO twin_worker;
