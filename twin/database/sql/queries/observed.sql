-- observe: what an operator watches
SELECT
    (SELECT max(finished_at) FROM twin.run WHERE status = 'done') AS newest_run,
    (SELECT count(DISTINCT zone) FROM twin.dirty WHERE run_id IS NULL AND zone <> '') AS dirty_zones,
    pg_total_relation_size('twin.tile') AS kept_tile_bytes;

-- observe_jobs: jobs of the queue by state
SELECT state, jobs FROM twin.queue_depth();
