-- A run that was given up leaves nothing among the rows that later runs of the same base share.

CREATE OR REPLACE FUNCTION twin.forget_given_up() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    DELETE FROM twin.score_state WHERE base = coalesce(NEW.base, NEW.id) AND run_id = NEW.id;
    DELETE FROM twin.form_state WHERE base = coalesce(NEW.base, NEW.id) AND run_id = NEW.id;
    DELETE FROM twin.premise_state WHERE base = coalesce(NEW.base, NEW.id) AND run_id = NEW.id;
    DELETE FROM twin.flag_state WHERE base = coalesce(NEW.base, NEW.id) AND run_id = NEW.id;
    RETURN NULL;
END
$$;

CREATE OR REPLACE TRIGGER forget_given_up AFTER UPDATE OF status ON twin.run
FOR EACH ROW WHEN (NEW.status = 'failed' AND OLD.status = 'running') EXECUTE FUNCTION twin.forget_given_up();

GRANT SELECT ON twin.score, twin.form, twin.premise, twin.flag, twin.city_part
    TO twin_viewer, twin_editor, twin_loader, twin_worker;
GRANT SELECT ON twin.score_state TO twin_viewer;
GRANT SELECT, INSERT, UPDATE, DELETE ON twin.score_state, twin.form_state, twin.premise_state, twin.flag_state, twin.seen
    TO twin_worker;
