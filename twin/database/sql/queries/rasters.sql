-- rasters: what there is now, with where it came from
SELECT r.*, s.path, s.publisher, s.licence, s.observed_on, ST_AsBinary(r.extent) AS geom
FROM twin.raster AS r JOIN twin.source AS s ON s.id = r.source_id
WHERE upper_inf(r.valid) ORDER BY r.layer, r.source_id;

-- raster_counts: rasters of each layer
SELECT layer, count(*) AS rows FROM twin.raster WHERE upper_inf(valid) GROUP BY layer;

-- rasters_by_source: rasters that each source has given
SELECT source_id, count(*) AS rows FROM twin.raster WHERE upper_inf(valid) GROUP BY source_id;

-- raster_of_source: the raster that a source gave last
SELECT r.* FROM twin.raster AS r JOIN twin.source AS s ON s.id = r.source_id
WHERE s.layer = %(layer)s AND s.name = %(name)s AND upper_inf(r.valid);

-- rasters_over: rasters of other sources of a layer that share more than a sliver with an extent
SELECT s.name, ST_Area(ST_Intersection(r.extent, new.extent)) AS area_m2
FROM (SELECT ST_GeomFromWKB(%(extent)s, %(srid)s) AS extent) AS new
    JOIN twin.raster AS r ON r.layer = %(layer)s AND r.source_id <> %(source)s AND upper_inf(r.valid)
        AND r.extent && new.extent
    JOIN twin.source AS s ON s.id = r.source_id
WHERE ST_Area(ST_Intersection(r.extent, new.extent)) > %(sliver_m2)s ORDER BY r.id LIMIT 1;

-- close_raster: the raster of a source is history from now on
UPDATE twin.raster SET valid = tstzrange(lower(valid), greatest(now(), lower(valid)))
WHERE source_id = %(source)s AND upper_inf(valid);

-- enter_raster: a new raster
INSERT INTO twin.raster (layer, source_id, load_id, file, sha256, crs, epsg, width, height, cell_x, cell_y, dtype,
    nodata, cells, dropped, total, minimum, maximum, extent, loaded_by)
VALUES (%(layer)s, %(source)s, %(load)s, %(file)s, %(sha256)s, %(crs)s, %(epsg)s, %(width)s, %(height)s, %(cell_x)s,
    %(cell_y)s, %(dtype)s, %(nodata)s, %(cells)s, %(dropped)s, %(total)s, %(minimum)s, %(maximum)s,
    ST_GeomFromWKB(%(extent)s, %(srid)s), %(by)s);
