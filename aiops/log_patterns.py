"""`aiops patterns`: what kinds of lines a log holds."""

import json
import sys
from array import array
from collections import Counter
from pathlib import Path

from aiops.log_file import blocks
from aiops.screen import show_table
from tasks.domain.logs.miner import Miner, Pattern
from tasks.domain.logs.reader import Reader
from tasks.domain.text import clean


def show(path: Path, *, assign: bool, as_json: bool) -> None:
    """Print the patterns of a log with their counts, the most frequent first; with `assign` one id for each line."""
    miner = Miner()
    reader, numbers = Reader(miner), array("Q")
    for block in blocks(path):
        numbers.extend(reader.numbers(block))
    miner.settle()
    found = {number: miner.pattern(number) for number in set(numbers)}
    if assign:
        sys.stdout.writelines(f"{found[number].id}\n" for number in numbers)
        return
    counts = Counter[Pattern]()
    for number, count in Counter(numbers).items():
        counts[found[number]] += count
    if as_json:
        for pattern, count in counts.most_common():
            print(json.dumps({"id": pattern.id, "count": count, "template": clean(pattern.template, 1_500)}))
    elif counts:
        rows = [[str(count), one.id, clean(one.template)] for one, count in counts.most_common()]
        show_table(rows, columns=["count", "id", "template"])
    else:
        print(f"{path}: no lines", file=sys.stderr)
