-- Zones whose scores are behind the data, and how far a feature of each layer may change a zone's.

CREATE TABLE twin.reach (
    layer text PRIMARY KEY,
    metres float8 NOT NULL CHECK (metres >= 0)
);
COMMENT ON TABLE twin.reach IS 'How far outside a zone a feature of a layer may still change its scores.';

CREATE TABLE twin.dirty (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    zone text NOT NULL,
    layer text NOT NULL,
    since timestamptz NOT NULL DEFAULT clock_timestamp(),
    run_id integer REFERENCES twin.run ON DELETE SET NULL
);
CREATE INDEX ON twin.dirty (zone, layer) WHERE run_id IS NULL;
COMMENT ON TABLE twin.dirty IS 'Zones that an edit or a load touched since they were scored; zone '''' says that the layer was changed at all.';
COMMENT ON COLUMN twin.dirty.run_id IS 'The unfinished run that takes the mark up; its end removes it.';

ALTER TABLE twin.run ADD COLUMN facts text NOT NULL DEFAULT '';
COMMENT ON COLUMN twin.run.facts IS 'What holds for the whole city, such as which layers have rows: when it changes, all zones are dirty.';

ALTER TABLE twin.run ADD COLUMN cancel_asked boolean NOT NULL DEFAULT false;
ALTER TABLE twin.run_batch
    ADD COLUMN notes jsonb NOT NULL DEFAULT '{}',
    ADD COLUMN stages jsonb NOT NULL DEFAULT '{}',
    ADD COLUMN worker text NOT NULL DEFAULT '';
COMMENT ON COLUMN twin.run_batch.worker IS 'Host and process that computed the batch.';
