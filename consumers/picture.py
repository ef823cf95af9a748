"""A drawing of what the terminal shows, as an SVG file that needs nothing from anywhere else."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Final

from rich.console import Console, RenderableType

#: rich's own format names a font on the network; a picture in a README must not fetch anything
_FORMAT: Final = """\
<svg class="rich-terminal" viewBox="0 0 {width} {height}" xmlns="http://www.w3.org/2000/svg">
    <style>
    .{unique_id}-matrix {{
        font-family: ui-monospace, "DejaVu Sans Mono", Menlo, Consolas, monospace;
        font-size: {char_height}px;
        line-height: {line_height}px;
        font-variant-east-asian: full-width;
    }}
    .{unique_id}-title {{ font-size: 18px; font-weight: bold; font-family: sans-serif; }}
    {styles}
    </style>
    <defs>
    <clipPath id="{unique_id}-clip-terminal">
      <rect x="0" y="0" width="{terminal_width}" height="{terminal_height}" />
    </clipPath>
    {lines}
    </defs>
    {chrome}
    <g transform="translate({terminal_x}, {terminal_y})" clip-path="url(#{unique_id}-clip-terminal)">
    {backgrounds}
    <g class="{unique_id}-matrix" xml:space="preserve">
    {matrix}
    </g>
    </g>
</svg>
"""


def draw_picture(renderable: RenderableType, path: Path, cells: int, title: str) -> None:
    """Draw into a file, `cells` columns wide. The same content gives the same bytes. Raises OSError."""
    console = Console(
        record=True, file=io.StringIO(), width=cells, force_terminal=True, color_system="truecolor", highlight=False
    )
    console.print(renderable)
    path.write_text(console.export_svg(title=title, code_format=_FORMAT, unique_id="timelines"), encoding="utf-8")
