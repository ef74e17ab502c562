-- Tiles that were made before, the cells that stand for small features far out, and where layers were changed since.
-- All of it can be made again from the layers: unlogged, so that it costs no log, is empty after a crash, and is in no
-- backup. Snapshots say what each row has seen.

CREATE UNLOGGED TABLE twin.tile_touch (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    layer text NOT NULL,
    seen_from xid8 NOT NULL DEFAULT pg_current_xact_id(),
    place box2d
);
CREATE INDEX ON twin.tile_touch (layer, seen_from);
COMMENT ON TABLE twin.tile_touch IS
    'Where a statement changed a layer: one row beside its row in twin.change; a change without one may be anywhere.';

CREATE UNLOGGED TABLE twin.tile (
    slot integer PRIMARY KEY CHECK (slot BETWEEN 0 AND 8191),
    layer text NOT NULL,
    z smallint NOT NULL,
    x integer NOT NULL,
    y integer NOT NULL,
    recipe text NOT NULL,
    seen pg_snapshot NOT NULL,
    changes bigint NOT NULL,
    body bytea NOT NULL CHECK (octet_length(body) <= 262144)
) WITH (autovacuum_vacuum_scale_factor = 0.02, toast.autovacuum_vacuum_scale_factor = 0.02);
ALTER TABLE twin.tile ALTER COLUMN body SET STORAGE EXTERNAL;
COMMENT ON TABLE twin.tile IS 'Tiles made before, gzipped. Each has one slot that it may lie in, so they never take more than 8192 × 256 kB.';
COMMENT ON COLUMN twin.tile.changes IS 'How many changes of the layer the tile has seen.';

CREATE UNLOGGED TABLE twin.tile_cells (
    layer text PRIMARY KEY,
    recipe text NOT NULL,
    seen pg_snapshot NOT NULL,
    changes bigint NOT NULL
);
COMMENT ON TABLE twin.tile_cells IS 'How much of the changes of a layer its cells have seen.';

CREATE UNLOGGED TABLE twin.tile_cell (
    layer text NOT NULL,
    level smallint NOT NULL,
    j integer NOT NULL,
    i integer NOT NULL,
    grade smallint NOT NULL,
    n integer NOT NULL,
    points integer NOT NULL,
    area float8 NOT NULL,
    PRIMARY KEY (layer, level, j, i, grade)
);
COMMENT ON TABLE twin.tile_cell IS
    'Features by the squares of the city''s CRS, 100 m × 2^level wide, that the middle of their box lies in.';
COMMENT ON COLUMN twin.tile_cell.grade IS 'How large the features are: 0 under 100 m, 1 under 200 m, and so on to 5.';

CREATE UNLOGGED TABLE twin.tile_large (
    layer text NOT NULL,
    id bigint NOT NULL,
    size_m float8 NOT NULL,
    place geometry NOT NULL,
    PRIMARY KEY (layer, id)
);
CREATE INDEX ON twin.tile_large USING gist (place);
COMMENT ON TABLE twin.tile_large IS 'Features that are drawn as themselves however far out: 100 m and larger.';
