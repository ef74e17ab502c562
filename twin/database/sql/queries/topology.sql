-- index_start: lines by the point that they begin at
CREATE INDEX IF NOT EXISTS {start_index} ON {table} ({start});

-- index_end: lines by the point that they end at
CREATE INDEX IF NOT EXISTS {end_index} ON {table} ({end});

-- create_warn: what is odd about the ends and the fall of some lines; kept until it is mended
CREATE OR REPLACE FUNCTION {warn}(lines bigint[]) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $warn$
    WITH found AS MATERIALIZED (
        SELECT p.id, p.{key} AS key, e.field || '_end' AS rule, e.field,
            CASE WHEN n.geom IS NULL THEN format('%s names ''%s'', which is no %s', e.field, e.named, {point})
                ELSE format('The %s lies %s m from the %s ''%s''', e.which,
                    round(ST_Distance(e.place, n.geom)::numeric, 2), {point}, e.named) END AS message,
            format('Move the %s onto the %s that it belongs to, and name that one in %s.', e.which, {point}, e.field) AS hint
        FROM {table} AS p
            CROSS JOIN LATERAL (VALUES
                ({start_field}, 'start', p.{start}, ST_StartPoint(p.geom)), ({end_field}, 'end', p.{end}, ST_EndPoint(p.geom))
            ) AS e (field, which, named, place)
            LEFT JOIN {points} AS n ON n.{points_key} = e.named
        WHERE p.id = ANY (lines) AND (n.geom IS NULL OR NOT ST_DWithin(e.place, n.geom, {within}))
        {rising}
    ), mended AS (
        DELETE FROM twin.warning AS w
        WHERE w.layer = {layer} AND w.row_id = ANY (lines)
            AND NOT EXISTS (SELECT FROM found AS f WHERE f.id = w.row_id AND f.rule = w.rule)
    )
    INSERT INTO twin.warning (layer, row_id, key, rule, field, message, hint)
    SELECT {layer}, id, key, rule, field, message, hint FROM found
    ON CONFLICT (layer, row_id, rule) DO UPDATE SET key = excluded.key, message = excluded.message
    WHERE (twin.warning.key, twin.warning.message) IS DISTINCT FROM (excluded.key, excluded.message)
$warn$;
REVOKE EXECUTE ON FUNCTION {warn}(bigint[]) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION {warn}(bigint[]) TO twin_editor, twin_loader;

-- rising: lines that rise in the direction of flow
UNION ALL
SELECT p.id, p.{key}, 'flow', {height_name},
    format('The %s rises by %s m in the direction of flow, from ''%s'' to ''%s''', {line},
        round((b.{height} - a.{height})::numeric, 2), p.{start}, p.{end}),
    format('Mend %s of one of them, or turn the %s around.', {height_name}, {line})
FROM {table} AS p JOIN {points} AS a ON a.{points_key} = p.{start} JOIN {points} AS b ON b.{points_key} = p.{end}
WHERE p.id = ANY (lines) AND a.{height} < b.{height} AND NOT {pumped};

-- is_pumped: lines that may rise
coalesce(p.{field} = ANY ({words}), false);

-- create_snap: an end that is drawn near its point is put onto it, and the point that it is drawn onto is named
CREATE OR REPLACE FUNCTION {snap}() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $snap$
DECLARE
    place geometry;
    node record;
BEGIN
    IF coalesce(geometrytype(NEW.geom), '') <> 'LINESTRING' OR ST_IsEmpty(NEW.geom) THEN
        RETURN NEW;
    END IF;
    {snap_start};
    {snap_end};
    RETURN NEW;
END
$snap$;
CREATE OR REPLACE TRIGGER a_ends BEFORE INSERT OR UPDATE ON {table}
FOR EACH ROW WHEN (current_user <> 'twin_loader') EXECUTE FUNCTION {snap}();

-- snap_end: one end; a point that somebody names is not overruled by one that lies nearer
place := {place}(NEW.geom);
IF TG_OP = 'INSERT' OR place IS DISTINCT FROM {place}(OLD.geom) OR NEW.{field} IS DISTINCT FROM OLD.{field} THEN
    SELECT n.{points_key} AS key, n.geom, ST_Distance(n.geom, place) AS metres INTO node
    FROM {points} AS n WHERE ST_DWithin(n.geom, place, {within})
    ORDER BY n.{points_key} IS DISTINCT FROM NEW.{field}, metres, n.{points_key} LIMIT 1;
    IF node.key IS DISTINCT FROM NEW.{field} AND (
        NEW.{field} IS NULL OR (TG_OP = 'UPDATE' AND NEW.{field} IS NOT DISTINCT FROM OLD.{field})
    ) AND node.key IS NOT NULL THEN
        RAISE NOTICE '%', format('The %s lies on the %s ''%s'' now: %s names it.', {which}, {point}, node.key, {field_name});
        NEW.{field} := node.key;
    END IF;
    IF node.key = NEW.{field} AND node.metres > 0 THEN
        NEW.geom := ST_SetPoint(NEW.geom, {nth}, node.geom);
        IF node.metres >= 0.001 THEN
            RAISE NOTICE '%', format('The %s was moved by %s m onto the %s ''%s''.', {which},
                round(node.metres::numeric, 3), {point}, node.key);
        END IF;
    END IF;
END IF;

-- create_warned: an edit of a line is held against its points, and told
CREATE OR REPLACE FUNCTION {warned}() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $warned$
DECLARE
    said record;
BEGIN
    PERFORM {warn}(ARRAY[coalesce(NEW.id, OLD.id)]);
    FOR said IN SELECT message, hint FROM twin.warning WHERE layer = {layer} AND row_id = NEW.id ORDER BY rule LOOP
        RAISE NOTICE '%', format('%s. %s', said.message, said.hint);
    END LOOP;
    RETURN NULL;
END
$warned$;
CREATE OR REPLACE TRIGGER e_warned AFTER INSERT OR UPDATE OR DELETE ON {table}
FOR EACH ROW WHEN (current_user <> 'twin_loader') EXECUTE FUNCTION {warned}();

-- create_follow: lines hang on their points: they follow one that is moved or named anew, and are held against it
CREATE OR REPLACE FUNCTION {follow}() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $follow$
DECLARE
    former text := CASE WHEN TG_OP <> 'INSERT' THEN OLD.{points_key} END;
    followed bigint := 0;
    several bigint;
BEGIN
    IF TG_OP = 'UPDATE' AND (OLD.geom, OLD.{points_key}) IS DISTINCT FROM (NEW.geom, NEW.{points_key}) THEN
        UPDATE {table} AS p SET {start} = NEW.{points_key}, geom = CASE
            WHEN ST_DWithin(ST_StartPoint(p.geom), OLD.geom, {within}) THEN ST_SetPoint(p.geom, 0, NEW.geom) ELSE p.geom END
        WHERE p.{start} = former;
        GET DIAGNOSTICS followed = ROW_COUNT;
        UPDATE {table} AS p SET {end} = NEW.{points_key}, geom = CASE
            WHEN ST_DWithin(ST_EndPoint(p.geom), OLD.geom, {within})
            THEN ST_SetPoint(p.geom, ST_NPoints(p.geom) - 1, NEW.geom) ELSE p.geom END
        WHERE p.{end} = former;
        GET DIAGNOSTICS several = ROW_COUNT;
        followed := followed + several;
        IF followed > 0 THEN
            RAISE NOTICE '%', format('%s ends of lines followed the %s ''%s''.', followed, {point}, NEW.{points_key});
        END IF;
    END IF;
    PERFORM {warn}(ARRAY(
        SELECT id FROM {table} WHERE {start} IN (former, NEW.{points_key}) OR {end} IN (former, NEW.{points_key})
    ));
    RETURN NULL;
END
$follow$;
CREATE OR REPLACE TRIGGER e_follow AFTER INSERT OR UPDATE OR DELETE ON {points}
FOR EACH ROW WHEN (current_user <> 'twin_loader') EXECUTE FUNCTION {follow}();

-- drop_gone_warnings: of rows that are gone
DELETE FROM twin.warning AS w WHERE w.layer = %(layer)s AND NOT EXISTS (SELECT FROM {table} AS l WHERE l.id = w.row_id);

-- warn_all: every line of a layer is held against its points
SELECT {warn}(ARRAY(SELECT id FROM {table}));

-- count_warnings: how many there are of a layer
SELECT count(*) FILTER (WHERE rule LIKE '%%\_end') AS ends, count(*) FILTER (WHERE rule = 'flow') AS flow
FROM twin.warning WHERE layer = %(layer)s;

-- warnings: what is odd about rows, the oldest first
SELECT layer, row_id, key, rule, field, message, hint, since FROM twin.warning
WHERE %(layer)s::text IS NULL OR layer = %(layer)s ORDER BY since, id;
