-- Rasters: their cells are files under TWIN_HOME; what there is, and where it lies, is kept here.

CREATE TABLE twin.raster (
    id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    layer text NOT NULL,
    source_id integer NOT NULL REFERENCES twin.source,
    load_id integer NOT NULL REFERENCES twin.load,
    file text NOT NULL,
    sha256 text NOT NULL,
    crs text NOT NULL,
    epsg integer,
    width integer NOT NULL CHECK (width > 0),
    height integer NOT NULL CHECK (height > 0),
    cell_x float8 NOT NULL CHECK (cell_x > 0),
    cell_y float8 NOT NULL CHECK (cell_y > 0),
    dtype text NOT NULL,
    nodata float8 NOT NULL,
    cells bigint NOT NULL CHECK (cells > 0),
    dropped bigint NOT NULL DEFAULT 0,
    total float8 NOT NULL,
    minimum float8 NOT NULL,
    maximum float8 NOT NULL,
    extent geometry(Polygon) NOT NULL,
    loaded_by text NOT NULL DEFAULT session_user,
    valid tstzrange NOT NULL DEFAULT tstzrange(now(), NULL)
);
CREATE UNIQUE INDEX ON twin.raster (source_id) WHERE upper_inf(valid);
CREATE INDEX ON twin.raster USING gist (extent);
COMMENT ON TABLE twin.raster IS 'Rasters, one row a file; a row whose time has ended is history, and its file is kept.';
COMMENT ON COLUMN twin.raster.file IS 'Below the folder of rasters in TWIN_HOME: layer and hash.';
COMMENT ON COLUMN twin.raster.crs IS 'CRS of the cells, as WKT; the extent is in the CRS of the city.';
COMMENT ON COLUMN twin.raster.cells IS 'Cells with data; dropped are those whose number could not be true.';
COMMENT ON COLUMN twin.raster.total IS 'Sum of all cells with data.';
