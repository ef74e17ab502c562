-- create_rules: a layer's rules for every edit, in the words of its declaration
CREATE OR REPLACE FUNCTION {function}() RETURNS trigger LANGUAGE plpgsql AS $rules$
BEGIN
    {key}
    {blocks}
    RETURN NEW;
END
$rules$;

-- make_key: a key that is made of other fields
NEW.{key} := concat_ws('/', {parts});

-- break_rule: one rule, and what is said where it is broken
IF {broken} THEN
    RAISE EXCEPTION USING ERRCODE = 'check_violation', MESSAGE = replace({message}, '{{value}}', {value}),
        HINT = {hint}, SCHEMA = 'layer', TABLE = {table}, COLUMN = {column}, CONSTRAINT = {constraint};
END IF;

-- watch_edits: edits by whatever door but a bulk load, whose rows were checked before
CREATE OR REPLACE TRIGGER a_rules BEFORE INSERT OR UPDATE ON {table}
FOR EACH ROW WHEN (current_user <> 'twin_loader') EXECUTE FUNCTION {function}();
CREATE OR REPLACE TRIGGER b_stamp BEFORE INSERT OR UPDATE ON {table}
FOR EACH ROW WHEN (current_user <> 'twin_loader') EXECUTE FUNCTION twin.stamp_edit();
CREATE OR REPLACE TRIGGER c_keep AFTER UPDATE OR DELETE ON {table}
FOR EACH ROW WHEN (current_user <> 'twin_loader') EXECUTE FUNCTION twin.keep_former();

-- broken_required: nothing stands there
NEW.{field} IS NULL;

-- broken_required_on: nothing stands there on a geometry type that needs it
NEW.{field} IS NULL AND geometrytype(NEW.geom) = ANY ({kinds});

-- broken_choices: not one of a list
NEW.{field} IS NOT NULL AND NOT NEW.{field} = ANY ({choices});

-- broken_minimum: below a bound
NEW.{field} < {bound};

-- broken_maximum: above a bound
NEW.{field} > {bound};

-- broken_geometry_missing: no geometry, or an empty one
NEW.geom IS NULL OR ST_IsEmpty(NEW.geom);

-- broken_geometry_type: of another type than the layer's
NOT geometrytype(NEW.geom) = ANY ({kinds});

-- broken_geometry_invalid: crosses or touches itself, or has no extent
NOT ST_IsValid(NEW.geom) OR (ST_Dimension(NEW.geom) = 1 AND ST_Length(NEW.geom) = 0);

-- broken_geometry_extent: outside the city's area of use
NOT (
    SELECT ST_XMin(NEW.geom) >= extent[1] AND ST_YMin(NEW.geom) >= extent[2]
        AND ST_XMax(NEW.geom) <= extent[3] AND ST_YMax(NEW.geom) <= extent[4]
    FROM twin.city
);

-- value_of_field: a value as it is said
coalesce(NEW.{field}::text, '');

-- value_of_type: a geometry type as it is said
replace(ST_GeometryType(NEW.geom), 'ST_', '');

-- value_of_fault: what is wrong with a geometry, and where
CASE WHEN ST_IsValid(NEW.geom) THEN 'no length' ELSE ST_IsValidReason(NEW.geom) END;

-- value_of_place: where a geometry begins
format('x %s, y %s', twin.coordinate(ST_XMin(NEW.geom)), twin.coordinate(ST_YMin(NEW.geom)));

-- no_value: nothing to say
'';
