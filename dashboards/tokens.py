"""Colours, type and spacing of every screen: the one table that ``assets/tokens.css`` and the theme are made from.

``python -m dashboards.tokens`` writes the style sheet anew.
"""

from __future__ import annotations

from pathlib import Path

TOKENS_CSS = Path(__file__).resolve().parent / "assets" / "tokens.css"

LIGHT = {
    "bg": "#F4F6F7",
    "panel": "#FFFFFF",
    "panel-2": "#F3F5F7",
    "line": "#E2E6E9",
    "control": "#84909B",
    "ink": "#15202B",
    "ink-2": "#465461",
    "ink-3": "#5E6A76",
    "accent": "#0A6B70",
    "accent-soft": "#E2F1F1",
    "on-accent": "#FFFFFF",
    "danger": "#B3261E",
    "danger-soft": "#FCEDEB",
    "warn": "#855300",
    "warn-soft": "#FFF4DE",
    "ok": "#1A7348",
    "ok-soft": "#E4F4EB",
    "shadow": "0 1px 2px rgba(16,24,32,.06),0 6px 20px rgba(16,24,32,.10)",
    "att-1": "#9A4C1E",
    "att-2": "#CD7A40",
    "att-3": "#E9B588",
    "att-4": "#F6E3D0",
    "att-5": "#D0E3EC",
    "att-6": "#6BA6C8",
    "messy": "#C2482F",
    "technology": "#1F5FA8",
    "data": "#E5B13F",
    "other": "#A48BD0",
    "met": "#E3E9EA",
    "mess-1": "#F3EEF3",
    "mess-2": "#CEB7CE",
    "mess-3": "#A57FA6",
    "mess-4": "#754D77",
    "mess-5": "#412442",
    "und-bg": "#DCDFE2",
    "und-fg": "#AEB6BD",
    "nodata-fg": "#B9C0C6",
    "glyph-light": "#FFFFFF",
    "glyph-dark": "#1B2430",
    "land": "#EEF0EF",
    "green": "#D5E5CF",
    "water": "#CFE0E8",
    "road": "#FFFFFF",
    "road-over": "rgba(255,255,255,.62)",
    "lane": "#B9B4AA",
    "building": "#DAD8D3",
    "building-line": "#C6C3BC",
    "building-in": "#9FA6AB",
    "building-over": "rgba(20,28,36,.13)",
    "zone-line": "rgba(255,255,255,.9)",
}
"""Colours by name, light theme. Names are CSS variables without ``--t-``."""

DARK = {
    "bg": "#0E1317",
    "panel": "#161C22",
    "panel-2": "#1E262D",
    "line": "#2A333B",
    "control": "#66737F",
    "ink": "#E9EEF2",
    "ink-2": "#B6C1CB",
    "ink-3": "#8F9CA8",
    "accent": "#5CC3C4",
    "accent-soft": "#16363A",
    "on-accent": "#06262A",
    "danger": "#FF8A80",
    "danger-soft": "#3A1D1C",
    "warn": "#F0BE62",
    "warn-soft": "#33280F",
    "ok": "#6FCF97",
    "ok-soft": "#15301F",
    "shadow": "0 1px 2px rgba(0,0,0,.5),0 8px 24px rgba(0,0,0,.45)",
    "att-1": "#E0762B",
    "att-2": "#B05C28",
    "att-3": "#85512F",
    "att-4": "#4E4038",
    "att-5": "#2D4A5C",
    "att-6": "#4E9CCB",
    "messy": "#E8694A",
    "technology": "#3F83D6",
    "data": "#F2CC66",
    "other": "#C9B6F0",
    "met": "#222B33",
    "mess-1": "#272227",
    "mess-2": "#5E465E",
    "mess-3": "#966F97",
    "mess-4": "#CBA0CB",
    "mess-5": "#F6DAF6",
    "und-bg": "#2A323A",
    "und-fg": "#56626D",
    "nodata-fg": "#45505A",
    "glyph-light": "#FFFFFF",
    "glyph-dark": "#0F151A",
    "land": "#151B20",
    "green": "#22342A",
    "water": "#1B2D38",
    "road": "#2C353D",
    "road-over": "rgba(8,12,15,.5)",
    "lane": "#4A545D",
    "building": "#38424B",
    "building-line": "#151B20",
    "building-in": "#6B7884",
    "building-over": "rgba(0,0,0,.20)",
    "zone-line": "rgba(14,19,23,.9)",
}
"""The same names in the dark theme."""

SPACE_PX = {"1": 4, "2": 8, "3": 12, "4": 16, "6": 24, "8": 32}
"""Steps of the grid, in pixels."""

FONT = (
    'system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", "PingFang SC", "Microsoft YaHei", '
    '"Noto Sans CJK SC", "Source Han Sans SC", sans-serif'
)
"""Fonts of the reader's own machine, those with Han glyphs included; nothing is fetched."""

ACCENT_SCALE = (
    "#F0F8F8",
    "#E2F1F1",
    "#BFE0E0",
    "#93CBCB",
    "#5CC3C4",
    "#2B9A9D",
    "#12807F",
    "#0A6B70",
    "#085A5E",
    "#06474B",
)
"""The accent from light to dark; shade 7 is the light theme's, shade 4 the dark theme's."""

_HEAD = "/* Written by `python -m dashboards.tokens` from dashboards/tokens.py. Change that table, not this file. */"

_TAIL = """\
:focus-visible { outline: 2px solid var(--t-accent); outline-offset: 2px; }
@media (prefers-reduced-motion: reduce) { * { transition: none !important; animation: none !important; } }
@media (forced-colors: active) { .swatch { forced-color-adjust: none; } }
"""


def css() -> str:
    """The style sheet of all tokens."""
    space = {f"space-{step}": f"{pixels}px" for step, pixels in SPACE_PX.items()}
    light = _block(":root", {"font": FONT, **LIGHT, **space})
    dark = _block(':root[data-mantine-color-scheme="dark"]', DARK)
    return f"{_HEAD}\n{light}{dark}{_TAIL}"


def mantine_theme() -> dict[str, object]:
    """The same values as dash-mantine-components wants them."""
    return {
        "primaryColor": "accent",
        "primaryShade": {"light": 7, "dark": 4},
        "colors": {"accent": list(ACCENT_SCALE)},
        "autoContrast": True,
        "defaultRadius": 8,
        "fontFamily": "var(--t-font)",
        "fontSizes": {"xs": "12px", "sm": "13px", "md": "14px", "lg": "16px", "xl": "20px"},
        "white": LIGHT["panel"],
        "black": LIGHT["ink"],
    }


def _block(selector: str, values: dict[str, str]) -> str:
    lines = "".join(f"  --t-{name}: {value};\n" for name, value in values.items())
    return f"{selector} {{\n{lines}}}\n"


if __name__ == "__main__":
    TOKENS_CSS.write_text(css(), encoding="utf-8")
