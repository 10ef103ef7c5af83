"""What differs between two configurations, for the log: which settings, and from what to what."""

from collections.abc import Iterator, Mapping
from typing import Any

from alia_watch.config.sections import Config

#: What belongs to people is named and not shown: a log is no place for addresses.
_PRIVATE = frozenset(
    {"address", "maintainers", "sender", "reply_to", "bounces", "unsubscribe", "user", "contact", "controller"}
)
#: A longer value is cut, with a mark.
_LONGEST = 60


def differences(before: Config, after: Config) -> tuple[str, ...]:
    """One text for each setting, such as `timetable.detect_at: 09:00:00 -> 10:00:00`; none where all is the same.

    Parts of a list are told apart by their id, name or repo, else by where they stand.
    """
    return tuple(_walk("", before.model_dump(mode="json"), after.model_dump(mode="json")))


def _walk(path: str, before: Any, after: Any) -> Iterator[str]:
    if before == after:
        return
    left, right = _parts(before), _parts(after)
    if left is None or right is None:
        private = _PRIVATE.intersection(path.split("."))
        yield f"{path}: changed" if private else f"{path}: {_short(before)} -> {_short(after)}"
        return
    for name in dict.fromkeys([*left, *right]):
        inner = f"{path}.{name}" if path else name
        if name not in right:
            yield f"{inner}: taken out"
        elif name not in left:
            yield f"{inner}: new"
        else:
            yield from _walk(inner, left[name], right[name])
    if list(left) != list(right) and sorted(left) == sorted(right):
        yield f"{path}: in another order"


def _parts(value: Any) -> Mapping[str, Any] | None:
    """The parts of a section or of a list of sections, by name; None for a plain value."""
    if isinstance(value, dict):
        return value
    if isinstance(value, list) and value and all(isinstance(each, dict) for each in value):
        named = [
            str(each.get("id") or each.get("name") or each.get("repo") or number) for number, each in enumerate(value)
        ]
        return dict(zip(named, value, strict=True)) if len(set(named)) == len(named) else None
    return None


def _short(value: Any) -> str:
    text = "none" if value is None else str(value)
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"
