-- Columns that are read and never searched: PostgreSQL made statistics of their elements after each run, which took
-- longer than all its other upkeep (premise_state 10.7 s at 2,500 zones, with this 0.2).

ALTER TABLE twin.premise_state
    ALTER COLUMN building SET STATISTICS 0,
    ALTER COLUMN node SET STATISTICS 0,
    ALTER COLUMN premises SET STATISTICS 0,
    ALTER COLUMN fresh SET STATISTICS 0,
    ALTER COLUMN covered SET STATISTICS 0,
    ALTER COLUMN hindered SET STATISTICS 0,
    ALTER COLUMN reach SET STATISTICS 0,
    ALTER COLUMN network SET STATISTICS 0,
    ALTER COLUMN closed SET STATISTICS 0,
    ALTER COLUMN depth SET STATISTICS 0,
    ALTER COLUMN usable_m SET STATISTICS 0,
    ALTER COLUMN width_m SET STATISTICS 0;

ALTER TABLE twin.flag_state
    ALTER COLUMN evidence SET STATISTICS 0,
    ALTER COLUMN evidence_zh SET STATISTICS 0,
    ALTER COLUMN parts SET STATISTICS 0,
    ALTER COLUMN details SET STATISTICS 0;

ALTER TABLE twin.form_state
    ALTER COLUMN metrics SET STATISTICS 0,
    ALTER COLUMN looked_m SET STATISTICS 0;

ALTER TABLE twin.score_state ALTER COLUMN parts SET STATISTICS 0;

ALTER TABLE twin.seen
    ALTER COLUMN x SET STATISTICS 0,
    ALTER COLUMN y SET STATISTICS 0,
    ALTER COLUMN cell SET STATISTICS 0;
