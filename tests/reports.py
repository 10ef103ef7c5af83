"""Sample reports for tests: documents of the simulated winter, kept as files. Nothing in them is a reading."""

import copy
import json
from functools import cache
from pathlib import Path
from typing import Any

from alia_watch.reports.report import Report, ReportKind

FOLDER = Path(__file__).parent / "samples" / "reports"
NAMES = tuple(sorted(path.stem for path in FOLDER.glob("*.json")))


@cache
def _read(name: str) -> dict[str, Any]:
    return dict(json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8")))


def sample(name: str, **changes: Any) -> Report:
    """A sample report; `changes` replace parts of its document."""
    kept = copy.deepcopy(_read(name))
    return Report(kept["key"], ReportKind(kept["kind"]), {**kept["document"], **changes})
