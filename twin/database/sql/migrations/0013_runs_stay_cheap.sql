-- An edit looks for unfinished runs and for evidence that holds no longer: among thousands of runs and zones, few are.

CREATE INDEX run_unfinished ON twin.run (id) WHERE status <> 'done';
CREATE INDEX premise_state_closed ON twin.premise_state (base) WHERE until IS NOT NULL;
