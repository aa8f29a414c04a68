"""
Cut the faces: Inter's tabular figures for the pages, and one small face of letters and figures for the charts.

Be Vietnam Pro has no tabular figures, so the figures are Inter's everywhere. A chart is an image and cannot use the
page's faces: it carries its own, named Hub Charts, as WOFF2 inside; the drawing job measures text with the same face
as TTF. Both sources are under the SIL Open Font License 1.1, whose text lies beside the results.

Usage: cut_fonts.py BE_VIETNAM_PRO_FILES INTER_FILES PAGES_FOLDER CHARTS_FOLDER
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from fontTools.merge import Merger
from fontTools.subset import Options, Subsetter
from fontTools.ttLib import TTFont
from fontTools.ttLib.scaleUpem import scale_upem

FIGURES = [*range(0x30, 0x3A), 0x25, 0x2B, 0x2212]
PAGE_FIGURES = [0x20, 0x25, *range(0x28, 0x2A), *range(0x2B, 0x3B), 0xA0, 0xD7, 0x2013, 0x2212]
VIETNAMESE = [*map(ord, "ĂăĐđĨĩŨũƠơƯư"), *range(0x1EA0, 0x1EFA)]
LETTERS = [*range(0x20, 0x7F), 0xA0, *range(0xC0, 0x100), *VIETNAMESE, 0xB7, 0xD7, 0x2013, 0x2026]
WEIGHTS = (400, 600)
NAME = "Hub Charts"
NAME_FAMILY, NAME_STYLE, NAME_FULL, NAME_POSTSCRIPT = 1, 2, 4, 6


def cut(path: Path, codes: list[int], features: list[str]) -> TTFont:
    """Keep some characters and features of a face."""
    font = TTFont(path)
    options = Options(layout_features=features, name_IDs=["*"], notdef_outline=True, hinting=False)
    subsetter = Subsetter(options)
    subsetter.populate(unicodes=[code for code in codes if code in font.getBestCmap()])
    subsetter.subset(font)
    return font


def tabular(font: TTFont) -> None:
    """Make the tabular figures the ordinary ones: a chart cannot ask for a feature."""
    swaps: dict[str, str] = {}
    table = font["GSUB"].table
    for record in table.FeatureList.FeatureRecord:
        if record.FeatureTag == "tnum":
            for index in record.Feature.LookupListIndex:
                for part in table.LookupList.Lookup[index].SubTable:
                    swaps |= getattr(part, "ExtSubTable", part).mapping
    for cmap in font["cmap"].tables:
        cmap.cmap = {code: swaps.get(name, name) for code, name in cmap.cmap.items()}
    del font["GSUB"]


def saved(font: TTFont, folder: Path, name: str) -> str:
    """Save a face for the merger, without what two faces cannot share."""
    for tag in ("GSUB", "GPOS", "GDEF", "STAT", "DSIG", "meta"):
        if tag in font:
            del font[tag]
    font.flavor = None
    font.save(folder / name)
    return str(folder / name)


def chart_face(letters: Path, figures: Path, weight: int, folder: Path) -> TTFont:
    """Merge letters, Vietnamese letters and figures of one weight."""
    plain = [code for code in LETTERS if code not in FIGURES]
    parts = [
        cut(letters / f"be-vietnam-pro-{name}-{weight}-normal.woff2", plain, []) for name in ("latin", "vietnamese")
    ]
    seen = set(parts[0].getBestCmap())
    parts[1] = cut(
        letters / f"be-vietnam-pro-vietnamese-{weight}-normal.woff2", [code for code in plain if code not in seen], []
    )
    digits = cut(figures / f"inter-latin-{weight}-normal.woff2", FIGURES, ["tnum"])
    tabular(digits)
    scale_upem(digits, round(parts[0]["head"].unitsPerEm * 1.017))
    digits["head"].unitsPerEm = parts[0]["head"].unitsPerEm
    merged = Merger().merge([saved(part, folder, f"{index}.ttf") for index, part in enumerate([*parts, digits])])
    style = "Regular" if weight == WEIGHTS[0] else "Bold"
    for record in merged["name"].names:
        if record.nameID in {NAME_FAMILY, NAME_FULL, 16}:
            record.string = NAME
        if record.nameID in {NAME_STYLE, 17}:
            record.string = style
        if record.nameID == NAME_POSTSCRIPT:
            record.string = f"HubCharts-{style}"
    merged["OS/2"].usWeightClass = weight
    return merged


def main(letters: Path, figures: Path, pages: Path, charts: Path) -> None:
    """Write the faces."""
    for weight in WEIGHTS:
        page = cut(figures / f"inter-latin-{weight}-normal.woff2", PAGE_FIGURES, ["tnum", "ccmp"])
        page.flavor = "woff2"
        page.save(pages / f"inter-figures-{weight}.woff2")
        with tempfile.TemporaryDirectory() as folder:
            face = chart_face(letters, figures, weight, Path(folder))
            face.save(charts / f"hub-charts-{weight}.ttf")
            face.flavor = "woff2"
            face.save(charts / f"hub-charts-{weight}.woff2")


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:]))
