-- Who decided a conflict is who says so, not whoever a statement names.

CREATE OR REPLACE FUNCTION twin.stamp_decision() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    NEW.decided_by := twin.editor();
    NEW.decided_at := clock_timestamp();
    RETURN NEW;
END
$$;

CREATE OR REPLACE TRIGGER stamp_decision BEFORE UPDATE OF decided, decided_by, decided_at ON twin.conflict
FOR EACH ROW EXECUTE FUNCTION twin.stamp_decision();
