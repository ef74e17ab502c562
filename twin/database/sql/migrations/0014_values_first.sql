-- An edit shows new values before it looks for their causes: a mark says whether values hang on what was touched.

ALTER TABLE twin.reach ADD COLUMN value_metres float8 CHECK (value_metres BETWEEN 0 AND metres);
COMMENT ON COLUMN twin.reach.value_metres IS 'How far outside a zone it may still change a value; null: as far as anything.';

ALTER TABLE twin.dirty ADD COLUMN of_value boolean NOT NULL DEFAULT true;
COMMENT ON COLUMN twin.dirty.of_value IS 'Whether values of the zone may change, not only what is said of their causes.';
