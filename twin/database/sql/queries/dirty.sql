-- watch_places: edits by whatever door but a bulk load mark the zones around; a load marks them once, at its end
CREATE OR REPLACE TRIGGER d_inserted AFTER INSERT ON {table} REFERENCING NEW TABLE AS touched
FOR EACH STATEMENT WHEN (current_user <> 'twin_loader') EXECUTE FUNCTION twin.mark_touched();
CREATE OR REPLACE TRIGGER d_updated AFTER UPDATE ON {table} REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
FOR EACH STATEMENT WHEN (current_user <> 'twin_loader') EXECUTE FUNCTION twin.mark_updated();
CREATE OR REPLACE TRIGGER d_deleted AFTER DELETE ON {table} REFERENCING OLD TABLE AS touched
FOR EACH STATEMENT WHEN (current_user <> 'twin_loader') EXECUTE FUNCTION twin.mark_touched();

-- watch_table: edits of a layer without places say that it was changed
CREATE OR REPLACE TRIGGER d_changed AFTER INSERT OR UPDATE OR DELETE ON {table}
FOR EACH STATEMENT WHEN (current_user <> 'twin_loader') EXECUTE FUNCTION twin.mark_table();

-- pause_marks: while an empty layer is filled; it is locked until commit
ALTER TABLE {table} DISABLE TRIGGER d_inserted;

-- resume_marks: marks of edits again
ALTER TABLE {table} ENABLE TRIGGER d_inserted;

-- note_reach: how far a feature of a layer may change the scores of a zone
INSERT INTO twin.reach (layer, metres, value_metres) VALUES (%(layer)s, %(metres)s, %(value_metres)s)
ON CONFLICT (layer) DO UPDATE SET metres = excluded.metres, value_metres = excluded.value_metres
WHERE (twin.reach.metres, twin.reach.value_metres) IS DISTINCT FROM (excluded.metres, excluded.value_metres);

-- mark_load: zones near the rows that a load brought, changed or closed
INSERT INTO twin.dirty (zone, layer)
SELECT z.code, %(layer)s
FROM layer.zone AS z, (SELECT coalesce(max(metres), 0) AS metres FROM twin.reach WHERE layer = %(layer)s) AS r
WHERE EXISTS (
    SELECT FROM {table} AS f WHERE f.load_id = %(load)s AND ST_DWithin(f.geom, z.geom, r.metres)
) OR EXISTS (
    SELECT FROM {history} AS h WHERE h.closed_load = %(load)s AND ST_DWithin(h.geom, z.geom, r.metres)
);

-- mark_layer: a layer was changed at all
INSERT INTO twin.dirty (zone, layer) VALUES ('', %(layer)s);

-- dirty: marks that no run has answered for, taken up by an unfinished one or not: zones by layer, '' for the layer itself
SELECT zone, layer, bool_or(of_value) AS of_value, array_agg(id) AS marks
FROM twin.dirty WHERE run_id IS NULL OR run_id IN (SELECT id FROM twin.run WHERE status <> 'done')
GROUP BY zone, layer ORDER BY layer, zone;

-- drop_idle_marks: what no run will answer for: marks of zones that are gone, of layers that no goal reads, and of
-- layers as such where these are read around zones alone
DELETE FROM twin.dirty
WHERE run_id IS NULL AND (
    NOT layer = ANY (%(read)s) OR (zone = '' AND NOT layer = ANY (%(whole)s))
    OR (zone <> '' AND NOT EXISTS (SELECT FROM layer.zone AS z WHERE z.code = zone))
);

-- is_dirty: whether a mark waits, or was taken up by a run that did not end
SELECT EXISTS (
    SELECT FROM twin.dirty WHERE run_id IS NULL OR run_id IN (SELECT id FROM twin.run WHERE status <> 'done')
) AS waiting;

-- take_marks: a run takes up the marks of its zones or of all zones, those of layers that are named, or all there are,
-- from unfinished ones, too
UPDATE twin.dirty SET run_id = %(run)s
WHERE (run_id IS NULL OR run_id IN (SELECT id FROM twin.run WHERE status <> 'done'))
    AND (%(all)s OR (%(every_zone)s AND zone <> '') OR zone = ANY (%(zones)s) OR id = ANY (%(marks)s));

-- drop_marks: the zones of a run are as the data
DELETE FROM twin.dirty WHERE run_id = %(run)s;

-- seen: what zones saw of a network, of numbers of its nodes, or of supply, as the newest run noted it
SELECT name, kind, digest, cell_m, x, y, cell FROM twin.seen WHERE name = ANY (%(names)s);

-- seen_digests: whether it is as it was
SELECT name, kind, digest FROM twin.seen;

-- note_seen: as it is now
INSERT INTO twin.seen (name, kind, digest, cell_m, x, y, cell)
VALUES (%(name)s, %(kind)s, %(digest)s, %(cell_m)s, %(x)s, %(y)s, %(cell)s)
ON CONFLICT (name, kind) DO UPDATE SET digest = excluded.digest, cell_m = excluded.cell_m, x = excluded.x, y = excluded.y,
    cell = excluded.cell;

-- forget_seen: of what is no longer there
DELETE FROM twin.seen WHERE NOT name = ANY (%(names)s);

-- zones_that_see: zones whose buildings looked, in a run, as far as any of some squares
WITH squares AS MATERIALIZED (
    SELECT ST_Collect(ST_MakeEnvelope(x * c, y * c, (x + 1) * c, (y + 1) * c, city.srid)) AS place
    FROM unnest(%(x)s::int[], %(y)s::int[]) AS s (x, y), (SELECT %(cell_m)s::float8 AS c) AS side, twin.city
)
SELECT z.code
FROM squares, layer.zone AS z JOIN twin.form AS f ON f.run_id = %(run)s AND f.zone = z.code
WHERE ST_DWithin(z.geom, place, %(around)s + coalesce((f.looked_m ->> %(kind)s)::float8, 0));
