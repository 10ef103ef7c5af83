"""The right answer of a stand-in Hub to each question about its world."""

import base64
import binascii
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any
from urllib.parse import quote, urlencode

from alia_bot.demo.hub_world import EXPANDABLE, FILES, UNASKED, World

_MODELS = "/api/models"
_KNOWN_PARAMETERS = frozenset({"author", "expand", "filter", "limit", "cursor", "sort"})
#: Discussions on one page.
_TALKS = 50
_BAD_TOKEN = "Invalid credentials in Authorization header"  # noqa: S105  the Hub's words, no secret

Change = Callable[[dict[str, Any]], Any]


@dataclass(frozen=True, slots=True)
class Question:
    """One request. `bearer` is the token it carried, or None."""

    path: str
    query: tuple[tuple[str, str], ...]
    at: datetime
    bearer: str | None

    @property
    def target(self) -> str:
        """Path and query, decoded: what a script matches against."""
        return f"{self.path}?{'&'.join(f'{name}={value}' for name, value in self.query)}"

    @property
    def is_about_models(self) -> bool:
        """Whether it asks for what a repo says of itself, and for no file of it."""
        return self.path == _MODELS or (self.path.startswith(_MODELS + "/") and "/resolve/" not in self.path)

    @property
    def fields(self) -> frozenset[str]:
        """The fields asked for by name."""
        return frozenset(value for name, value in self.query if name == "expand")


@dataclass(frozen=True, slots=True)
class Answer:
    """What is sent back, besides the headers that every answer carries."""

    status: int
    body: bytes
    headers: Mapping[str, str]


def error(status: int, text: str, headers: Mapping[str, str]) -> Answer:
    """An error in the Hub's form."""
    return Answer(status, json.dumps({"error": text}).encode(), headers)


def right_answer(
    world: World,
    question: Question,
    *,
    url: str,
    page_size: int,
    tokens: frozenset[str],
    change: Change | None,
) -> Answer:
    """What the Hub would answer; `change` alters every repo's fields on the way out, `url` is the stand-in's own."""
    if question.bearer is not None and question.bearer not in tokens:
        return error(401, _BAD_TOKEN, {"X-Error-Message": _BAD_TOKEN})
    if question.path.startswith(f"{_MODELS}/") and "/tree/" in question.path:
        return _tree(world, question)
    if question.path.startswith(f"{_MODELS}/") and question.path.endswith("/discussions"):
        return _discussions(world, question)
    unknown = {name for name, _ in question.query} - _KNOWN_PARAMETERS | question.fields - EXPANDABLE
    if unknown:
        return error(400, f"Invalid option: {', '.join(sorted(unknown))}", {})
    if question.path == _MODELS:
        return _listing(world, question, url, page_size, change)
    if question.is_about_models:
        return _single(world, question, change)
    return error(404, "Not found", {})


def _listing(world: World, question: Question, url: str, page_size: int, change: Change | None) -> Answer:
    asked = dict(question.query)
    author = asked.get("author")
    repos = world.repos(question.at)
    ids = sorted(
        repo_id
        for repo_id, answer in repos.items()
        if author in (None, repo_id.split("/", maxsplit=1)[0])
        and all(tag in answer.get("tags", ()) for name, tag in question.query if name == "filter")
        and not answer.get("disabled")
        and (question.bearer is not None or not answer.get("private"))
    )
    try:
        start = int(base64.b64decode(asked.get("cursor", "MA=="), validate=True))
        size = min(int(asked.get("limit", page_size)), page_size)
    except (ValueError, binascii.Error):
        return error(400, "Invalid cursor", {})
    page = [_fields(repo_id, repos[repo_id], question, change) for repo_id in ids[start : start + size]]
    headers = {}
    if start + size < len(ids):
        cursor = base64.b64encode(str(start + size).encode()).decode()
        rest = [pair for pair in question.query if pair[0] != "cursor"]
        headers = {"Link": f'<{url}{_MODELS}?{urlencode([*rest, ("cursor", cursor)])}>; rel="next"'}
    return Answer(200, json.dumps(page).encode(), headers)


def _single(world: World, question: Question, change: Change | None) -> Answer:
    repo_id = question.path.removeprefix(f"{_MODELS}/")
    new_id = world.moved(question.at).get(repo_id)
    if new_id is not None:
        same_query = f"?{urlencode(question.query)}" if question.query else ""
        return Answer(307, b"", {"Location": f"{_MODELS}/{quote(new_id)}{same_query}"})
    answer = world.repos(question.at).get(repo_id)
    if answer is None or (answer.get("private") and question.bearer is None):
        anonymous = question.bearer is None
        text = "Invalid username or password." if anonymous else "Repository not found"
        # Over plain http the client knows a missing repo by this code alone.
        headers = {"X-Error-Code": "RepoNotFound", "X-Error-Message": text}
        return error(401 if anonymous else 404, text, headers)
    if answer.get("disabled"):
        text = "Access to this resource is disabled."
        return error(403, text, {"X-Error-Message": text})
    return Answer(200, json.dumps(_fields(repo_id, answer, question, change)).encode(), {})


def _tree(world: World, question: Question) -> Answer:
    """The listing of a repo's files at a commit, with the last commit of each where that is asked for."""
    repo_id, _, revision = question.path.removeprefix(f"{_MODELS}/").partition("/tree/")
    answer = world.repos(question.at).get(repo_id)
    if answer is None:
        return error(404, "Repository not found", {"X-Error-Code": "RepoNotFound"})
    if revision not in ("main", answer["sha"]):
        return error(404, "Invalid rev id", {"X-Error-Code": "RevisionNotFound"})
    commit = {"id": answer["sha"], "title": "Upload folder", "date": answer["lastModified"]}
    files = answer.get("files", FILES)
    items = [
        {
            "type": "file",
            "path": path,
            "oid": sha256(f"{repo_id}/{path}/{size}".encode()).hexdigest()[:40],
            "size": size,
        }
        | ({"lastCommit": commit} if dict(question.query).get("expand", "").lower() == "true" else {})
        for path, size in files.items()
    ]
    return Answer(200, json.dumps(items).encode(), {})


def _discussions(world: World, question: Question) -> Answer:
    """A page of a repo's discussions, newest first, with how many there are in all."""
    repo_id = question.path.removeprefix(f"{_MODELS}/").removesuffix("/discussions")
    answer = world.repos(question.at).get(repo_id)
    if answer is None:
        return error(404, "Repository not found", {"X-Error-Code": "RepoNotFound"})
    unknown = {name for name, _ in question.query} - {"p", "type", "status", "author"}
    page = dict(question.query).get("p", "0")
    if unknown or not page.isdecimal():
        return error(400, "Invalid query", {})
    count, start = int(answer.get("discussions", 0)), int(page) * _TALKS
    talks = [
        {
            "title": f"Question {num}",
            "num": num,
            "author": {"name": "somebody"},
            "createdAt": answer["createdAt"],
            "status": "open",
            "repo": {"name": repo_id, "type": "model"},
            "isPullRequest": False,
        }
        for num in range(count - start, max(count - start - _TALKS, 0), -1)
    ]
    return Answer(200, json.dumps({"count": count, "start": start, "discussions": talks}).encode(), {})


def _fields(repo_id: str, answer: Mapping[str, Any], question: Question, change: Change | None) -> Any:
    shown = {name: value for name, value in answer.items() if name in (question.fields or UNASKED)}
    full = {"_id": sha256(repo_id.encode()).hexdigest()[:24], "id": repo_id, **shown}
    if not question.fields:
        full["modelId"] = repo_id
    return full if change is None else change(full)
