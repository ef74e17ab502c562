-- Views that stand on the layer of zones, whose table is made by the first load: made again when it changed.

CREATE OR REPLACE FUNCTION twin.tell_zones() RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF to_regclass('layer.zone') IS NULL THEN
        RETURN;
    END IF;
    DROP VIEW IF EXISTS plain.zones, plain.scores_on_map, plain.flags_on_map;

    CREATE VIEW plain.zones AS
    WITH newest AS (SELECT id, finished_at FROM twin.run WHERE status = 'done' AND as_of IS NULL ORDER BY id DESC LIMIT 1),
    scored AS (
        SELECT zone, count(*) FILTER (WHERE attainment >= 1) AS reached,
            count(*) FILTER (WHERE attainment < 1) AS missed, count(*) FILTER (WHERE value IS NULL) AS without,
            (array_agg(goal ORDER BY attainment, goal) FILTER (WHERE attainment < 1))[1] AS worst
        FROM twin.score JOIN newest ON run_id = newest.id GROUP BY zone
    )
    SELECT z.code AS zone, z.name, z.zone_type AS type, z.district, z.population,
        round((ST_Area(z.geom) / 10000)::numeric, 1) AS hectares, s.reached AS goals_reached, s.missed AS goals_missed,
        s.without AS goals_without_data, s.worst AS farthest_from, round((m.value * 100)::numeric) AS messiness_percent,
        n.id AS run, n.finished_at AS computed
    FROM layer.zone AS z LEFT JOIN newest AS n ON true LEFT JOIN scored AS s ON s.zone = z.code
        LEFT JOIN twin.form AS m ON m.run_id = n.id AND m.zone = z.code;
    COMMENT ON VIEW plain.zones IS 'A row a zone: what it is, and how it stands with its goals in the newest finished run.';
    COMMENT ON COLUMN plain.zones.goals_reached IS 'Of the goals that hold for the zone; see plain.scores.';
    COMMENT ON COLUMN plain.zones.farthest_from IS 'The goal of which the least is attained; see plain.flags for why.';
    COMMENT ON COLUMN plain.zones.messiness_percent IS 'How unplanned the built form is: 0 planned, 100 unplanned.';

    CREATE VIEW plain.scores_on_map AS
    SELECT z.id, s.zone, z.name, s.goal, s.value, s.target, s.attained_percent, s.goal_is, s.counted, s.people_affected,
        s.why_no_value, s.run, s.computed, z.geom
    FROM plain.scores AS s JOIN layer.zone AS z ON z.code = s.zone;
    COMMENT ON VIEW plain.scores_on_map IS 'plain.scores with the shapes of the zones; of one goal, id identifies a row.';

    CREATE VIEW plain.flags_on_map AS
    SELECT z.id, f.zone, z.name, f.goal, f.cause, f.likeliest_cause, f.confidence_percent, f.value, f.target,
        f.shortfall, f.people_affected, f.evidence, f.run, f.computed, z.geom
    FROM plain.flags AS f JOIN layer.zone AS z ON z.code = f.zone;
    COMMENT ON VIEW plain.flags_on_map IS 'plain.flags with the shapes of the zones; of one goal, id identifies a row.';

    GRANT SELECT ON plain.zones, plain.scores_on_map, plain.flags_on_map TO twin_viewer, twin_editor, twin_worker;
END
$$;

REVOKE EXECUTE ON FUNCTION twin.tell_zones FROM PUBLIC;
SELECT twin.tell_zones();
