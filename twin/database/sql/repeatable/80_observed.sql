-- How many jobs wait, for whoever may look at the store, without a look at the jobs themselves.

CREATE OR REPLACE FUNCTION twin.queue_depth() RETURNS TABLE (state text, jobs bigint)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF to_regclass('jobs.procrastinate_jobs') IS NOT NULL THEN
        RETURN QUERY EXECUTE 'SELECT status::text, count(*) FROM jobs.procrastinate_jobs GROUP BY status';
    END IF;
END
$$;
