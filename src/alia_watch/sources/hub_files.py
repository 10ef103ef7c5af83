"""What the Hub says of a repo's files: names, sizes and commits. No file is asked for."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from alia_watch.findings.repo_files import RepoFiles
from alia_watch.series.snapshot import RawAnswer
from alia_watch.sources.hub_answer import Nonsense, parse_json

#: Files that hold weights, by the end of their names.
WEIGHTS = (".safetensors", ".gguf", ".bin", ".pt", ".pth", ".onnx", ".h5", ".msgpack")


def read_files(answers: Sequence[RawAnswer], repo_id: str, sha: str) -> RepoFiles:
    """A repo's files from the pages of its listing.

    Raises:
        Nonsense: a page is no list of files.
    """
    items: list[dict[str, Any]] = []
    for answer in answers:
        page = parse_json(answer.body)
        if not isinstance(page, list):
            raise Nonsense("the listing of files is not a list")
        items += [item for item in page if isinstance(item, dict) and isinstance(item.get("path"), str)]
    if not answers:
        raise Nonsense("the Hub listed no files")
    weights = [item for item in items if item["path"].lower().endswith(WEIGHTS) and item.get("type") != "directory"]
    dated = [at for item in weights if (at := _committed(item)) is not None]
    card = next((item for item in items if item["path"] == "README.md"), None)
    size = card.get("size") if card else None
    return RepoFiles(
        repo_id,
        sha,
        answers[-1].received_at,
        len(weights),
        min(dated, default=None),
        size if isinstance(size, int) and not isinstance(size, bool) and 0 <= size < 2**40 else None,
        _committed(card) if card else None,
    )


def _committed(item: dict[str, Any]) -> datetime | None:
    commit = item.get("lastCommit")
    text = commit.get("date") if isinstance(commit, dict) else None
    try:
        at = datetime.fromisoformat(text) if isinstance(text, str) else None
        return at.astimezone(UTC).replace(microsecond=0) if at and at.tzinfo else None
    except (ValueError, OverflowError):
        return None
