"""Excel workbooks; no places."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from twin.exporters.exporter import Exporter, Table

SHEET_NAME_LENGTH = 31


def write_xlsx(table: Table, path: Path) -> None:
    """Write the rows into one sheet, attributions into a second."""
    with pd.ExcelWriter(path, engine="openpyxl") as book:
        table.plain.to_excel(book, sheet_name=table.name[:SHEET_NAME_LENGTH], index=False, freeze_panes=(1, 0))
        if table.attributions:
            sources = pd.DataFrame({"attribution": table.attributions})
            sources.to_excel(book, sheet_name="attribution", index=False)


xlsx = Exporter("xlsx", "Excel workbook", (".xlsx",), write_xlsx)
