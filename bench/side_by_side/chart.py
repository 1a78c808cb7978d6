"""The ratios as a bar chart in SVG, on a logarithmic scale, with a line at 1."""

import html
import math

ROW, LABEL, WIDTH, MARGIN = 18, 190, 560, 70  # pixels
COLOURS = {"boot": "#7a7a7a", "integer": "#2f6db3", "floating point": "#b3552f",
           "memory": "#4c8a3b", "system": "#7d4ba0"}


def text(x, y, content, anchor="start", extra=""):
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" {extra}>{html.escape(content)}</text>'


def as_svg(summary):
    rows = [(group, entry) for group, entries in summary["groups"].items() for entry in entries]
    low = min([0.5] + [entry["least"] for _, entry in rows])
    high = max([2.0] + [entry["greatest"] for _, entry in rows])
    first, last = math.floor(math.log2(low)), math.ceil(math.log2(high))

    def place(ratio):
        return LABEL + WIDTH * (math.log2(ratio) - first) / (last - first)

    height = ROW * len(rows) + 80
    parts = [f'<svg xmlns="http://www.w3.org/2000/svg" width="{LABEL + WIDTH + MARGIN}" '
             f'height="{height}" font-family="sans-serif" font-size="12">',
             '<rect width="100%" height="100%" fill="white"/>',
             text(10, 20, f"Vestige beside QEMU on {summary['machine']}: times faster (median, with "
                          "least and greatest)", extra='font-size="14"')]
    for power in range(first, last + 1):
        x = place(2.0 ** power)
        colour = "#000000" if power == 0 else "#dddddd"
        parts.append(f'<line x1="{x:.1f}" y1="34" x2="{x:.1f}" y2="{height - 34}" '
                     f'stroke="{colour}"/>')
        parts.append(text(x, height - 18, f"{2.0 ** power:g}", "middle"))
    for number, (group, entry) in enumerate(rows):
        y = 40 + ROW * number
        one, end = place(1.0), place(entry["ratio"])
        parts.append(text(LABEL - 8, y + 11, entry["name"], "end"))
        parts.append(f'<rect x="{min(one, end):.1f}" y="{y}" width="{abs(end - one):.1f}" '
                     f'height="{ROW - 5}" fill="{COLOURS[group]}"/>')
        parts.append(f'<line x1="{place(entry["least"]):.1f}" y1="{y + 6}" '
                     f'x2="{place(entry["greatest"]):.1f}" y2="{y + 6}" stroke="#000000"/>')
        parts.append(text(max(one, place(entry["greatest"])) + 5, y + 11, f"{entry['ratio']:.2f}"))
    parts.append("</svg>")
    return "\n".join(parts) + "\n"
