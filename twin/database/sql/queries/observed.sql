-- observe: what an operator watches
SELECT
    (SELECT max(finished_at) FROM twin.run WHERE status = 'done' AND as_of IS NULL) AS newest_run,
    (
        SELECT count(DISTINCT zone) FROM twin.dirty
        WHERE zone <> '' AND (run_id IS NULL OR run_id IN (SELECT id FROM twin.run WHERE status <> 'done'))
    ) AS dirty_zones,
    pg_total_relation_size('twin.tile') AS kept_tile_bytes;

-- observe_jobs: jobs of the queue by state
SELECT state, jobs FROM twin.queue_depth();
