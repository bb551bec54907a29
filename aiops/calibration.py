"""`aiops incidents --calibration`: how often fixes were verified, beside what was predicted of them."""

import json
from dataclasses import asdict

from aiops.account import asking, client
from aiops.names import PATTERNS_TABLE
from aiops.screen import show_table
from tasks.domain.calibration import error, table
from tasks.store.fixes import SOURCES, calibration

COLUMNS = ("by", "predicted", "cases", "mean predicted", "verified")


def show(*, as_json: bool) -> None:
    """The reliability table of each source: the number that gates acting, the rules', and the model's own."""
    dynamo, lines = client("dynamodb"), list[tuple[str, ...]]()
    with asking():
        found = {source: list(table(calibration(dynamo, PATTERNS_TABLE, source))) for source in SOURCES}
    for source, rows in found.items():
        for row in rows:
            if as_json:
                print(json.dumps({"by": source, **asdict(row)}))
            bounds, rates = f"{row.low:.1f} to {row.high:.1f}", (f"{row.predicted:.2f}", f"{row.verified:.2f}")
            lines.append((source, bounds, str(row.cases), *rates))
    if as_json:
        return
    show_table(lines, columns=COLUMNS)
    for source, rows in found.items():
        if (off := error(rows)) is not None:
            print(f"Mean distance of predicted and verified, {source}: {off:.2f}")
    if not lines:
        print("No fix has been tried yet.")
