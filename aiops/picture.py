"""A picture of two panels over one time axis, for whatever is drawn in them."""

from pathlib import Path
from typing import Any

import matplotlib as mpl

from aiops.errors import BadInput

mpl.use("Agg")  # a file, never a window

from matplotlib import pyplot as plt


def panels() -> tuple[Any, Any, Any]:
    """A figure with its upper panel and a lower, smaller one."""
    figure, (upper, lower) = plt.subplots(
        2, 1, sharex=True, figsize=(12, 6), height_ratios=(3, 1), layout="constrained"
    )
    return figure, upper, lower


def plain(text: str) -> str:
    """A dollar sign in a name is text, no formula."""
    return text.replace("$", r"\$")


def save(figure: Any, path: Path) -> None:
    """Write a PNG, or what the name's ending says. BadInput where it cannot be written."""
    try:
        figure.savefig(path, dpi=120)
    except (OSError, ValueError) as error:
        raise BadInput(f"{path}: the picture cannot be written: {error}") from error
    finally:
        plt.close(figure)
