"""What is in a zip, and the path by which GDAL reads it there."""

from __future__ import annotations

import zipfile
from pathlib import Path, PurePosixPath

from twin.errors import RecipeError, SourceUnreadable

FOLDERS = (".gdb",)
FILES = (".gpkg", ".geojson", ".json", ".gml", ".fgb", ".kml", ".dxf")


def names_in(path: Path) -> list[str]:
    """Names of the files in a zip.

    Raises:
        SourceUnreadable: it is not a zip, or was cut off.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            return [each.filename for each in archive.infolist() if not each.is_dir()]
    except (zipfile.BadZipFile, OSError) as error:
        raise SourceUnreadable(f"{path}: not a whole zip file: {error}; copy or download it again") from error


def has_vector(path: Path) -> bool:
    """Whether a zip (or anything else of that path) holds vector files that GDAL reads."""
    return not zipfile.is_zipfile(path) or bool(_datasets(names_in(path)))


def gdal_path(path: Path) -> str:
    """How GDAL is told of a file; of a zip, the one data set in it.

    Raises:
        SourceUnreadable: the zip holds nothing that GDAL reads, or is broken.
        RecipeError: it holds several data sets.
    """
    if path.suffix.lower() != ".zip":
        return str(path)
    found = _datasets(names_in(path))
    if not found:
        raise SourceUnreadable(f"{path}: holds no vector file; known in a zip are .shp, {', '.join(FOLDERS + FILES)}")
    if len(found) > 1:
        raise RecipeError(f"{path}: holds {', '.join(found)}; unpack it and name one as path")
    return f"/vsizip/{path.resolve()}/{found[0]}".rstrip("/.")


def _datasets(names: list[str]) -> list[str]:
    """Folders of shapefiles, file geodatabases and single files in a zip; ``.`` is its top."""
    found = []
    for name in map(PurePosixPath, names):
        geodatabase = next((each for each in name.parents if each.suffix.lower() in FOLDERS), None)
        if geodatabase is not None:
            found.append(str(geodatabase))
        elif name.suffix.lower() == ".shp":
            found.append(str(name.parent))
        elif name.suffix.lower() in FILES:
            found.append(str(name))
    return sorted(set(found))
