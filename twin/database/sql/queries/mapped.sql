-- mapped_extent_of_zones: bounds of all zones in the city's CRS; without zones, its area of use
SELECT coalesce(ST_XMin(box), extent[1]) AS west, coalesce(ST_YMin(box), extent[2]) AS south,
    coalesce(ST_XMax(box), extent[3]) AS east, coalesce(ST_YMax(box), extent[4]) AS north
FROM twin.city, (SELECT ST_Extent(geom) FROM {zones}) AS z (box);
