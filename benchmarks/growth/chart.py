"""A curve as an SVG: seconds by size, both axes logarithmic, a line a step with its name at the end."""

from collections.abc import Mapping
from html import escape
from math import log10

from benchmarks.growth.measure import Cost

WIDTH, HEIGHT = 760, 420
LEFT, RIGHT, TOP, BOTTOM = 70, 190, 20, 50
LOWEST_S, HIGHEST_S = 0.001, 100.0
COLOURS = ("#1b6ca8", "#c1440e", "#2e7d32", "#6a1b9a", "#b8860b", "#00838f", "#ad1457", "#455a64", "#5d4037")
_LABEL_HEIGHT = 15


def chart(axis: str, curve: Mapping[int, Mapping[str, Cost]]) -> str:
    """The SVG's text; a point at nothing (0) stands where 100 would."""
    points = list(curve)
    first, last = log10(max(points[0], 100)), log10(max(points[-1], 100))

    def x(point: int) -> float:
        return LEFT + (log10(max(point, 100)) - first) / ((last - first) or 1) * (WIDTH - LEFT - RIGHT)

    parts = [_text(LEFT, HEIGHT - 8, axis, "start"), _text(8, TOP + 4, "s", "start")]
    for point in points:
        parts += [_line(x(point), TOP, x(point), HEIGHT - BOTTOM), _text(x(point), HEIGHT - BOTTOM + 18, f"{point:,}")]
    for decade in range(-3, 3):
        parts += [_line(LEFT, _y(10**decade), WIDTH - RIGHT, _y(10**decade))]
        parts += [_text(LEFT - 8, _y(10**decade) + 4, f"{10**decade:g}", "end")]
    taken: list[float] = []
    by_end = sorted(curve[points[-1]].items(), key=lambda item: item[1].seconds)
    for (step, end), colour in zip(by_end, COLOURS, strict=False):
        path = " ".join(f"{x(point):.1f},{_y(curve[point][step].seconds):.1f}" for point in points)
        parts.append(f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="2"/>')
        at = min([_y(end.seconds) + 4, *(other - _LABEL_HEIGHT for other in taken)])
        taken.append(at)
        parts.append(_text(WIDTH - RIGHT + 8, at, f"{step} {end.seconds:.2f}", "start", colour))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" font-family="sans-serif"'
        f' font-size="12"><rect width="100%" height="100%" fill="#fff"/>{"".join(parts)}</svg>\n'
    )


def _y(seconds: float) -> float:
    share = (log10(max(seconds, LOWEST_S)) - log10(LOWEST_S)) / (log10(HIGHEST_S) - log10(LOWEST_S))
    return HEIGHT - BOTTOM - share * (HEIGHT - TOP - BOTTOM)


def _line(x1: float, y1: float, x2: float, y2: float) -> str:
    return f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" stroke="#ddd"/>'


def _text(x: float, y: float, text: str, anchor: str = "middle", colour: str = "#333") -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" fill="{colour}">{escape(text)}</text>'
