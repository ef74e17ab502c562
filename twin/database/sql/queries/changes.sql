-- fold_changes: count the rows of changes that are long past, and let them go. In one statement: whoever looks sees the
-- rows or their count, never both nor neither; what commits later with a lower number is counted by a later call
WITH gone AS (
    DELETE FROM twin.change
    WHERE (SELECT max(id) - min(id) FROM twin.change) > 2 * %(keep)s::bigint
        AND id <= (SELECT max(id) FROM twin.change) - %(keep)s::bigint
    RETURNING layer, id, changed_at
)
INSERT INTO twin.change_folded AS folded (layer, newest, n, changed_at)
SELECT layer, max(id), count(*), max(changed_at) FROM gone GROUP BY layer ORDER BY layer
ON CONFLICT (layer) DO UPDATE SET (newest, n, changed_at) = (
    greatest(folded.newest, excluded.newest), folded.n + excluded.n, greatest(folded.changed_at, excluded.changed_at)
);
