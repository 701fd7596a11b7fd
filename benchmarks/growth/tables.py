"""The curves as Markdown."""

from collections.abc import Mapping

from benchmarks.growth.measure import Cost


def markdown(axis: str, curve: Mapping[int, Mapping[str, Cost]]) -> str:
    """One row a step, one column a point: seconds, rows looked at in both databases, requests to S3 (keys listed)."""
    points = list(curve)
    lines = [
        f"| {axis} | " + " | ".join(f"{point:,}" for point in points) + " |",
        "|---|" + "---|" * len(points),
    ]
    steps = [f"| {step} | " + " | ".join(_cell(curve[p][step]) for p in points) + " |" for step in curve[points[0]]]
    return "\n".join([*lines, *steps])


def _cell(cost: Cost) -> str:
    looked_at = f"{cost.seconds:.2f} s, {_short(cost.rows_source)} + {_short(cost.rows_warehouse)} rows"
    return f"{looked_at}, {cost.s3_requests:.0f} requests ({cost.s3_keys:.0f} keys)" if cost.s3_requests else looked_at


def _short(rows: float) -> str:
    for unit, name in ((1_000_000, "M"), (1_000, "k")):
        if rows >= unit:
            return f"{rows / unit:.3g}{name}"
    return f"{rows:.0f}"
