"""Where the launcher keeps things, and the one error it shows to people."""

import os
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
#: Where Python finds the product's packages, besides ROOT itself.
SOURCES = ROOT / "src"
PRODUCT = SOURCES / "upkeep"


class LaunchError(Exception):
    """The product cannot be started; `str(e)` is a Chinese sentence that says what to do."""


def var() -> Path:
    """The folder that holds everything the product writes: `var/` unless UPKEEP_VAR names another."""
    return Path(os.environ.get("UPKEEP_VAR") or ROOT / "var").absolute()
