-- Old rows of twin.change are folded into one row a layer, so that versions of layers stay cheap to read.

CREATE TABLE twin.change_folded (
    layer text PRIMARY KEY,
    newest bigint NOT NULL,
    n bigint NOT NULL,
    changed_at timestamptz NOT NULL
);
COMMENT ON TABLE twin.change_folded IS 'What rows of twin.change that are gone say of the version of a layer.';
COMMENT ON COLUMN twin.change_folded.newest IS 'The highest id among them.';
COMMENT ON COLUMN twin.change_folded.n IS 'How many they were.';
