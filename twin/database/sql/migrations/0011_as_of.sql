-- Runs over layers as they stood at a moment: kept beside the others, and never what maps show.

ALTER TABLE twin.run ADD COLUMN as_of timestamptz;
COMMENT ON COLUMN twin.run.as_of IS 'The moment whose layers were scored; none: the layers as they are.';
