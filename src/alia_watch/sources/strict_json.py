"""JSON of a source, read strictly: what two programs could read in two ways is refused."""

import json

from alia_watch.errors import SourceChanged

#: A gazette has about 20,000 commas and brackets. A thousand times as many would be memory, and no gazette.
MOST_PARTS = 500_000
_LONGEST_INTEGER = 20


def strict_json(body: bytes, source: str) -> dict[str, object]:
    """A JSON object in UTF-8: no name twice, no NaN or infinity, no integer of more than 20 digits, no depth bomb.

    Raises:
        SourceChanged: it is none.
    """
    bounded(body, source)
    try:
        document = json.loads(
            body.decode("utf-8-sig"),
            object_pairs_hook=_without_repeats,
            parse_constant=_no_number,
            parse_float=_finite,
            parse_int=_short_integer,
        )
    except (ValueError, RecursionError):  # UnicodeDecodeError and JSONDecodeError are ValueErrors
        raise SourceChanged(source, "JSON") from None
    if not isinstance(document, dict):
        raise SourceChanged(source, "a JSON object", found=f"a JSON {type(document).__name__}")
    return document


def bounded(body: bytes, source: str) -> None:
    """Raise SourceChanged for JSON of so many parts that reading it would take gigabytes, or minutes."""
    if sum(map(body.count, (b",", b"[", b"{"))) > MOST_PARTS:
        raise SourceChanged(source, f"JSON of at most {MOST_PARTS} parts")


def _without_repeats(pairs: list[tuple[str, object]]) -> dict[str, object]:
    made = dict(pairs)
    if len(made) != len(pairs):
        raise ValueError("a name stands twice in one object")
    return made


def _no_number(text: str) -> object:
    raise ValueError(f"{text} is no number")


def _finite(text: str) -> float:
    number = float(text)
    if number in (float("inf"), float("-inf")):
        raise ValueError("a number beyond all bounds")
    return number


def _short_integer(text: str) -> int:
    if len(text) > _LONGEST_INTEGER:
        raise ValueError("an integer beyond all bounds")
    return int(text)
