"""What the Hub's JSON says of a repo. Pure: a raw answer and the id asked for give the same snapshot every time.

The two download counters are the evidence this watch stands on: an answer whose counters are no counts is not
believed at all (UNREADABLE). Any other field that cannot be understood is left out and named in `detail`, so that a
new form of, say, `tags` never costs a day's figures. Shapes: the Hub's documentation of `GET /api/models`.
"""

import json
import math
import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any, Literal, TypeVar

from alia_watch.series.snapshot import BaseModel, RawAnswer, RepoSnapshot, State

#: The fields asked of the Hub. `downloadsAllTime` and a few others come only when they are asked for by name.
EXPAND = (
    "downloads",
    "downloadsAllTime",
    "likes",
    "trendingScore",
    "createdAt",
    "lastModified",
    "gated",
    "disabled",
    "library_name",
    "pipeline_tag",
    "tags",
    "baseModels",
    "childrenModelCount",
    "spaces",
    "sha",
)

_REPO_ID = re.compile(r"[A-Za-z0-9_.-]{1,96}(/[A-Za-z0-9_.-]{1,96})?")
_MOST = 2**63 - 1  # what a database integer holds
#: A page of a thousand repos with a hundred tags each has 200,000 commas and brackets. Three bytes of JSON can stand
#: for sixty of memory: beyond so many it is no listing.
MOST_PARTS = 1_000_000

_T = TypeVar("_T")


class Nonsense(ValueError):
    """A value is not what the Hub documents. The message says what was expected."""


@dataclass(frozen=True, slots=True)
class Listed:
    """One page of a listing: its repos in the order given, and how many items had no usable id."""

    repos: tuple[RepoSnapshot, ...]
    nameless: int


def parse_json(body: bytes) -> Any:
    """The JSON value of a body.

    Raises:
        Nonsense: the body is no JSON (an HTML page of a gateway, a cut answer, absurd nesting), or of too many parts.
    """
    if sum(map(body.count, (b",", b"[", b"{"))) > MOST_PARTS:
        raise Nonsense(f"the answer has more than {MOST_PARTS} parts")
    try:
        return json.loads(body)
    except (ValueError, RecursionError) as error:
        raise Nonsense("the answer is not JSON") from error


def read_page(answer: RawAnswer) -> Listed:
    """Every repo of one page of a listing.

    Raises:
        Nonsense: the page is not a JSON list.
    """
    page = parse_json(answer.body)
    if not isinstance(page, list):
        raise Nonsense("the listing is not a list")
    repos = [_repo(item, item["id"], answer.received_at, answer.sha256) for item in page if _named(item)]
    return Listed(tuple(repos), len(page) - len(repos))


def read_repo(answer: RawAnswer, repo_id: str, *, observed_at: datetime | None = None) -> RepoSnapshot:
    """What an answer, of a single repo or a page of a listing, says of the repo asked for.

    `observed_at` is needed only where the same bytes were received at another instant too (an answer is kept once).
    An answer that says nothing usable gives an UNREADABLE snapshot with the reason.
    """
    at = observed_at or answer.received_at
    try:
        value = parse_json(answer.body)
        if isinstance(value, list):
            value = next((item for item in reversed(value) if _named(item) and item["id"] == repo_id), None)
        if _named(value):
            return _repo(value, repo_id, at, answer.sha256)
        why = "the answer names no repo"
    except Nonsense as error:
        why = str(error)
    return RepoSnapshot(repo_id, at, State.UNREADABLE, answer_sha256=answer.sha256, detail=why)


def _named(item: Any) -> bool:
    return isinstance(item, dict) and isinstance(item.get("id"), str) and bool(_REPO_ID.fullmatch(item["id"]))


def _repo(item: dict[str, Any], repo_id: str, at: datetime, sha256: str) -> RepoSnapshot:
    answered = item["id"]
    try:
        rolling = _field(item, "downloads", _count)
        all_time = _field(item, "downloadsAllTime", _count)
    except Nonsense as error:
        return RepoSnapshot(
            repo_id, at, State.UNREADABLE, answered_id=answered, answer_sha256=sha256, detail=str(error)
        )
    odd: list[str] = []

    def soft(name: str, read: Callable[[Any], _T]) -> _T | None:
        try:
            return _field(item, name, read)
        except Nonsense:
            odd.append(name)
            return None

    disabled = soft("disabled", _flag)
    renamed = answered.casefold() != repo_id.casefold()  # the Hub takes an id in any case
    state = State.RENAMED if renamed else State.DISABLED if disabled else State.PRESENT
    snapshot = RepoSnapshot(
        repo_id=repo_id,
        observed_at=at,
        state=state,
        answered_id=answered,
        downloads_30d=rolling,
        downloads_all_time=all_time,
        likes=soft("likes", _count),
        trending_score=soft("trendingScore", _number),
        created_at=soft("createdAt", _instant),
        last_modified=soft("lastModified", _instant),
        gated=soft("gated", _gate),
        disabled=disabled,
        library=soft("library_name", _text),
        pipeline_tag=soft("pipeline_tag", _text),
        tags=soft("tags", _texts),
        base_models=soft("baseModels", _base_models),
        children=soft("childrenModelCount", _count),
        spaces=soft("spaces", _texts),
        sha=soft("sha", _text),
        answer_sha256=sha256,
    )
    return replace(snapshot, detail=f"not understood: {', '.join(odd)}") if odd else snapshot


def _field(item: dict[str, Any], name: str, read: Callable[[Any], _T]) -> _T | None:
    """A field's value; None where it is absent or null. Never 0 in its place."""
    value = item.get(name)
    if value is None:
        return None
    try:
        return read(value)
    except Nonsense as error:
        raise Nonsense(f"{name} is {_shown(value)}: {error}") from error


def _shown(value: Any) -> str:
    return ascii(value)[:60] if isinstance(value, str | int | float) else f"a {type(value).__name__}"


def _count(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= _MOST:
        raise Nonsense("expected a whole number, 0 or more")
    return value


def _number(value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or abs(value) > _MOST or not math.isfinite(value):
        raise Nonsense("expected a number")
    return float(value)


def _flag(value: Any) -> bool:
    if not isinstance(value, bool):
        raise Nonsense("expected true or false")
    return value


def _text(value: Any) -> str:
    if not isinstance(value, str) or not _is_unicode(value):
        raise Nonsense("expected a text")
    return value


def _is_unicode(text: str) -> bool:
    """False for half of a surrogate pair, which JSON can carry and no database or file takes."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _texts(value: Any) -> tuple[str, ...]:
    if not isinstance(value, list):
        raise Nonsense("expected a list of texts")
    return tuple(_text(item) for item in value)


def _instant(value: Any) -> datetime:
    try:
        instant = datetime.fromisoformat(_text(value))
        if instant.tzinfo is None:
            raise Nonsense("expected an instant with a zone")
        return instant.astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise Nonsense("expected an instant") from error


def _gate(value: Any) -> Literal["auto", "manual", "no"]:
    if value is False:
        return "no"
    if value == "auto":
        return "auto"
    if value == "manual":
        return "manual"
    raise Nonsense("expected auto, manual or false")


def _base_models(value: Any) -> tuple[BaseModel, ...]:
    """From `{"relation", "models": [{"id"}]}`, a list of such, of `{"id"}`, or of ids: all forms are in use."""
    found: list[BaseModel] = []
    for group in value if isinstance(value, list) else [value]:
        if not isinstance(group, dict):
            found.append(BaseModel(_text(group), None))
            continue
        relation = _field(group, "relation", _text)
        members = group.get("models", [group])
        if not isinstance(members, list):
            raise Nonsense("expected repos")
        found.extend(BaseModel(_text(m.get("id") if isinstance(m, dict) else m), relation) for m in members)
    return tuple(dict.fromkeys(found))


def read_ids(answer: RawAnswer) -> set[str]:
    """The repos on one page of a listing that is only counted.

    Raises:
        Nonsense: it is none, or an item of it names no repo.
    """
    page = parse_json(answer.body)
    if not isinstance(page, list):
        raise Nonsense("the listing is not a list")
    ids = [item.get("id") if isinstance(item, dict) else None for item in page]
    if not all(isinstance(each, str) and each for each in ids):
        raise Nonsense("an item of the listing names no repo")
    return {str(each) for each in ids}


def read_count(answer: RawAnswer) -> int:
    """The `count` that a page of discussions gives of all of them.

    Raises:
        Nonsense: it gives none.
    """
    page = parse_json(answer.body)
    count = page.get("count") if isinstance(page, dict) else None
    if isinstance(count, bool) or not isinstance(count, int) or not 0 <= count < 2**40:
        raise Nonsense("the page of discussions has no count")
    return count
