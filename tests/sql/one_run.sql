INSERT INTO twin.run (profile_name, profile, profile_hash, data_version, code_version, status, zones, batches, finished_at)
SELECT 'Test', '{"goal": [{"index": "green_access", "target": 0.9}]}', '', '', '', status, 1, 1, now()
FROM unnest(ARRAY['failed', 'done', 'running']) AS status;
INSERT INTO twin.score_state (base, run_id, goal, zone, value, attainment, shortfall, class, n, quality)
SELECT id, id, 'green_access', 'Z1', 0.5, 0.5556, 0.4, 2, 40, 1 FROM twin.run WHERE status = 'done';
INSERT INTO twin.flag_state (base, run_id, goal, zone, cause, confidence, value, target, shortfall, evidence, evidence_zh,
    parts, details)
SELECT id, id, 'green_access', 'Z1', 'data', 0.6, 0.5, 0.9, 0.4, 'Words.', '', '{}', '{}' FROM twin.run WHERE status = 'done';
