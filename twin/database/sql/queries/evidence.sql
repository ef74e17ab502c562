-- evidence_zone: the shape of a zone, metric
SELECT ST_AsBinary(geom) AS geom FROM layer.zone WHERE code = %(zone)s;

-- evidence_shapes: rows of a layer by id, in degrees
SELECT id, ST_AsGeoJSON(ST_Transform(geom, 4326), 6)::json AS shape FROM {table} WHERE id = ANY (%(ids)s::bigint[])
ORDER BY id;

-- evidence_lanes: streets in a zone that no service vehicle can use
SELECT ST_AsGeoJSON(ST_Transform(s.geom, 4326), 6)::json AS shape
FROM layer.street AS s JOIN layer.zone AS z ON z.code = %(zone)s AND ST_Intersects(s.geom, z.geom)
WHERE s.width_m < %(under)s OR (s.width_m IS NULL AND s.road_class = ANY (%(paths)s::text[]))
ORDER BY s.id;

-- evidence_broadband: nodes in service that supply a zone's premises, or stand in the zone or near it
SELECT n.id, n.node_id, n.ports_total, n.ports_used, ST_AsGeoJSON(ST_Transform(n.geom, 4326), 6)::json AS shape
FROM layer.broadband_node AS n JOIN layer.zone AS z ON z.code = %(zone)s
WHERE coalesce(n.status, 'in_service') = 'in_service' AND n.kind <> 'base_station'
    AND (n.id = ANY (%(ids)s::bigint[]) OR ST_DWithin(n.geom, z.geom, %(near)s))
ORDER BY n.node_id;

-- evidence_greens: green areas within some metres of a zone
SELECT g.id, g.green_id, g.name, g.access,
    ST_AsGeoJSON(ST_Transform(g.geom, 4326), 6)::json AS shape
FROM layer.green_area AS g JOIN layer.zone AS z ON z.code = %(zone)s AND ST_DWithin(g.geom, z.geom, %(near)s)
ORDER BY g.green_id;

-- evidence_stops: stops of public transport within some metres of a zone
SELECT s.id, s.stop_id, s.name, s.headway_min, ST_AsGeoJSON(ST_Transform(s.geom, 4326), 6)::json AS shape
FROM layer.transit_stop AS s JOIN layer.zone AS z ON z.code = %(zone)s AND ST_DWithin(s.geom, z.geom, %(near)s)
ORDER BY s.stop_id;
