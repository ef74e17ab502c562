-- published_city: the one city, none while the store is empty
SELECT name, srid, reference_date, profile FROM twin.city;

-- published_run: the newest run whose scores are all there
SELECT id, profile, goals, finished_at, zones, status = 'done' AS flagged, base IS NULL AS is_whole
FROM twin.run
WHERE id = %(run)s OR %(run)s::int IS NULL AND status IN ('scored', 'done') AND as_of IS NULL
ORDER BY id DESC LIMIT 1;

-- published_layers: layers that have a table
SELECT c.relname AS layer FROM pg_class AS c JOIN pg_namespace AS s ON s.oid = c.relnamespace
WHERE s.nspname = 'layer' AND c.relkind = 'r';

-- zone_frame: bounds of all zones in degrees, and the side of a middling zone in metres
SELECT
    zones,
    ST_XMin(box) AS west, ST_YMin(box) AS south, ST_XMax(box) AS east, ST_YMax(box) AS north,
    side
FROM (
    SELECT
        ST_Extent(ST_Transform(geom, 4326)) AS box,
        percentile_cont(0.5) WITHIN GROUP (ORDER BY sqrt(ST_Area(geom))) AS side,
        count(*)
    FROM {zones}
) AS all_zones (box, side, zones);

-- class_counts: zones in each class of a goal
SELECT class, count(*) AS zones FROM twin.score WHERE run_id = %(run)s AND goal = %(goal)s GROUP BY class;

-- zone_scores: every zone's score of a goal, with the residents of the zone
SELECT s.zone, s.class, s.value, s.people_affected, s.reason, z.population, z.name
FROM twin.score AS s LEFT JOIN {zones} AS z ON z.code = s.zone
WHERE s.run_id = %(run)s AND s.goal = %(goal)s ORDER BY s.zone;

-- zone_facts: a zone's own fields, with where it lies in degrees
SELECT
    code, name, zone_type, district, population,
    ST_XMin(box) AS west, ST_YMin(box) AS south, ST_XMax(box) AS east, ST_YMax(box) AS north,
    ST_X(middle) AS lon, ST_Y(middle) AS lat
FROM {zones},
    LATERAL (SELECT Box3D(ST_Transform(geom, 4326)) AS box, ST_Transform(ST_PointOnSurface(geom), 4326) AS middle) AS p
WHERE code = %(zone)s;

-- zone_score: a zone's score of a goal
SELECT value, attainment, shortfall, class, n, quality, people_affected, reason, parts FROM twin.score
WHERE run_id = %(run)s AND goal = %(goal)s AND zone = %(zone)s;

-- zone_neighbours: zones around a zone, each with its direction as quarters of a turn from north, clockwise
SELECT DISTINCT ON (quarter) code, quarter
FROM (
    SELECT other.code, turn, round(turn / (pi() / 2))::integer %% 4 AS quarter
    FROM {zones} AS me
    JOIN {zones} AS other ON other.code <> me.code AND ST_DWithin(other.geom, me.geom, %(gap)s),
        LATERAL (SELECT coalesce(ST_Azimuth(ST_Centroid(me.geom), ST_Centroid(other.geom)), 0) AS turn) AS way
    WHERE me.code = %(zone)s
) AS around
ORDER BY quarter, abs(turn - round(turn / (pi() / 2)) * pi() / 2), code;

-- find_zones: zones whose code or name holds a text, those that begin with it first
SELECT code, name FROM {zones}
WHERE strpos(lower(code), lower(%(text)s)) > 0 OR strpos(lower(coalesce(name, '')), lower(%(text)s)) > 0
ORDER BY least(
    strpos(lower(code), lower(%(text)s)) + (strpos(lower(code), lower(%(text)s)) = 0)::integer * 1000,
    strpos(lower(coalesce(name, '')), lower(%(text)s))
        + (strpos(lower(coalesce(name, '')), lower(%(text)s)) = 0)::integer * 1000
), code
LIMIT %(limit)s;

-- zone_sources: sources of a layer's rows in or near a zone, each with how many rows
SELECT
    f.source_id, count(*) AS rows, max(f.source_row) IS NOT NULL AS numbered,
    s.path, s.sublayer, s.publisher, s.licence, s.observed_on
FROM {table} AS f
JOIN {zones} AS z ON z.code = %(zone)s AND {near}
LEFT JOIN twin.source AS s ON s.id = f.source_id
GROUP BY f.source_id, s.path, s.sublayer, s.publisher, s.licence, s.observed_on
ORDER BY count(*) DESC;

-- zone_rows: a layer's rows in or near a zone, of one source (null: drawn by hand) or of any
SELECT f.{key} AS key, s.path, f.source_row, f.edited_by, f.edited_at, f.version
FROM {table} AS f
JOIN {zones} AS z ON z.code = %(zone)s AND {near}
LEFT JOIN twin.source AS s ON s.id = f.source_id
WHERE %(any)s OR f.source_id IS NOT DISTINCT FROM %(source)s
ORDER BY f.source_row, f.{key}
LIMIT %(limit)s;

-- near_zone: rows in a zone or within reach of it
ST_DWithin(f.geom, z.geom, %(reach)s);

-- zone_itself: the row of the zone
f.{key} = z.code;

-- data_version: changes whenever a statement changed any layer
SELECT coalesce(max(newest), 0) || '-' || coalesce(sum(n), 0) AS version FROM twin.change_count;

-- published_cause_counts: zones of a goal by cause; met: no shortfall, none: no value, few: too few premises to seek one
SELECT class, count(*) AS zones FROM (
    SELECT CASE
        WHEN s.value IS NULL THEN 'none'
        WHEN coalesce(s.shortfall, 0) <= 0 THEN 'met'
        WHEN f.cause IS NULL THEN 'few'
        WHEN f.confidence < %(sure)s THEN 'unsure'
        ELSE f.cause
    END AS class
    FROM twin.score AS s LEFT JOIN twin.flag AS f ON f.run_id = s.run_id AND f.goal = s.goal AND f.zone = s.zone
    WHERE s.run_id = %(run)s AND s.goal = %(goal)s
) AS zones GROUP BY class;

-- published_causes: every zone's cause of missing a goal, with its value
SELECT
    s.zone, s.value, s.reason, s.shortfall, z.name, f.cause, f.confidence, f.second_cause,
    CASE
        WHEN s.value IS NULL THEN 'none'
        WHEN coalesce(s.shortfall, 0) <= 0 THEN 'met'
        WHEN f.cause IS NULL THEN 'few'
        WHEN f.confidence < %(sure)s THEN 'unsure'
        ELSE f.cause
    END AS class
FROM twin.score AS s
LEFT JOIN twin.flag AS f ON f.run_id = s.run_id AND f.goal = s.goal AND f.zone = s.zone
LEFT JOIN {zones} AS z ON z.code = s.zone
WHERE s.run_id = %(run)s AND s.goal = %(goal)s ORDER BY s.zone;

-- published_flag: why a zone misses a goal
SELECT cause, confidence, second_cause, value, target, shortfall, gain_if_tidy, gain_if_supplied, people_affected,
    evidence, evidence_zh, parts, details
FROM twin.flag WHERE run_id = %(run)s AND goal = %(goal)s AND zone = %(zone)s;

-- published_untold: whether flags of a goal were made without looking at premises
SELECT count(*) FILTER (WHERE details ->> 'method' = 'none') AS untold, count(*) AS flags
FROM twin.flag WHERE run_id = %(run)s AND goal = %(goal)s;

-- published_form_counts: zones by class of messiness, 0 not measured, else 1 and up between the bounds
SELECT coalesce(width_bucket(value, %(bounds)s::float8[]) + 1, 0) AS class, count(*) AS zones
FROM twin.form WHERE run_id = %(run)s GROUP BY 1;

-- published_forms: messiness of every zone
SELECT f.zone, z.name, f.value, f.low, f.high, f.n, f.reason,
    coalesce(width_bucket(f.value, %(bounds)s::float8[]) + 1, 0) AS class
FROM twin.form AS f LEFT JOIN {zones} AS z ON z.code = f.zone
WHERE f.run_id = %(run)s ORDER BY f.zone;

-- published_form: messiness of a zone, with its metrics
SELECT value, low, high, n, reason, metrics FROM twin.form WHERE run_id = %(run)s AND zone = %(zone)s;

-- zone_places: a place inside each zone in degrees, and how wide the zone is there in metres
SELECT code, ST_Y(place) AS lat, ST_X(place) AS lon, width
FROM (
    SELECT
        code,
        ST_Transform(
            CASE WHEN ST_Intersects(ST_Centroid(geom), geom) THEN ST_Centroid(geom) ELSE ST_PointOnSurface(geom) END,
            4326
        ) AS place,
        least(sqrt(ST_Area(geom)), ST_XMax(geom) - ST_XMin(geom), ST_YMax(geom) - ST_YMin(geom)) AS width
    FROM {zones}
) AS each_zone ORDER BY code;

-- changed_values: values that a run computed anew and found to be others than before, those that matter most first
SELECT new.zone, new.goal, old.value AS before, new.value AS after
FROM twin.run AS r
    JOIN twin.score_state AS new ON new.base = r.base AND new.run_id = r.id
    JOIN twin.score_state AS old
        ON old.base = new.base AND old.goal = new.goal AND old.zone = new.zone AND old.until = r.id
WHERE r.id = %(run)s AND new.value IS DISTINCT FROM old.value
    AND coalesce(abs(new.value - old.value) > 1e-9 * abs(old.value), true)
ORDER BY abs(coalesce(new.attainment, 0) - coalesce(old.attainment, 0)) DESC, new.goal, new.zone COLLATE "C";
