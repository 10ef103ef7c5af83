"""The dataset repos of a stand-in Hub: what its client asks when it copies a file there, and when it deletes one.

As strict as the Hub: a file's bytes arrive at the storage whole, once, by a signed address and without the token; a
commit names only what arrived. What no honest client does is kept in `violations`.
"""

import base64
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

from alia_bot.demo.hub_answers import Answer, error

_API, _STORAGE = "/api/datasets/", "/storage/"
_BAD_TOKEN = "Invalid credentials in Authorization header"  # noqa: S105  the Hub's words, no secret
_LFS = "application/vnd.git-lfs+json"


@dataclass(frozen=True, slots=True)
class Asked:
    """One request about a dataset, or its storage."""

    method: str
    path: str
    query: tuple[tuple[str, str], ...]
    bearer: str | None
    headers: Mapping[str, str]
    body: bytes

    def header(self, name: str) -> str:
        """A header, whatever the case of its name."""
        return next((value for key, value in self.headers.items() if key.lower() == name), "")


@dataclass
class Dataset:
    """One repo. `private` is sent as it stands, `...` leaves it out; `readers` see it, `writers` may change it."""

    private: object = True
    writers: frozenset[str] = frozenset()
    readers: frozenset[str] = frozenset()
    files: dict[str, bytes] = field(default_factory=dict)
    commits: list[str] = field(default_factory=list)


@dataclass
class Datasets:
    """The repos there are, by id, and the storage behind them.

    Attributes:
        part_size: larger files arrive in parts of so many bytes.
        stored: what arrived, by hash, whether it was committed or not.
        home: where the storage is, when not at the stand-in itself.
    """

    repos: dict[str, Dataset] = field(default_factory=dict)
    part_size: int = 1 << 30
    stored: dict[str, bytes] = field(default_factory=dict)
    home: str | None = None
    violations: list[str] = field(default_factory=list)
    _parts: dict[str, dict[int, bytes]] = field(default_factory=dict)

    def knows(self, asked: Asked) -> bool:
        """Whether this is about one of the repos, or their storage."""
        return bool(self.repos) and (asked.path.startswith(_STORAGE) or self._named(asked) is not None)

    def answer(self, asked: Asked, url: str, tokens: frozenset[str]) -> Answer:
        """What the Hub, or its storage, says; `url` is the stand-in's own, `tokens` those it takes."""
        if asked.path.startswith(_STORAGE):
            return self._storage(asked)
        repo_id, rest = self._named(asked) or ("", "")
        repo = self.repos[repo_id]
        if asked.bearer is not None and asked.bearer not in tokens:
            return error(401, _BAD_TOKEN, {"X-Error-Message": _BAD_TOKEN})
        if repo.private is not False and asked.bearer not in repo.readers | repo.writers:
            code = 401 if asked.bearer is None else 404
            return error(code, "Repository not found", {"X-Error-Code": "RepoNotFound"})
        if asked.method == "GET" and rest == "":
            return self._told(asked, repo_id, repo)
        if asked.method == "GET" and rest == "/revision/main":
            return _json({"id": repo_id, "sha": _sha(repo_id, repo)})
        if asked.method == "GET" and rest == "/tree/main":
            return _tree(repo)
        writes: dict[str, Callable[[], Answer]] = {
            "/preupload/main": lambda: _modes(repo, json.loads(asked.body)),
            "/commit/main": lambda: self._commit(repo_id, repo, asked, url),
            "/info/lfs/objects/batch": lambda: self._batch(repo_id, asked, url),
            "/info/lfs/objects/verify": lambda: self._verify(json.loads(asked.body)),
        }
        if asked.method != "POST" or rest not in writes:
            self.violations.append(f"{asked.method} {asked.path}")
            return error(404, "Not found", {})
        if asked.bearer not in repo.writers:
            return error(403, "You must use a write token to upload to a repository.", {"X-Error-Message": "Forbidden"})
        return writes[rest]()

    def _named(self, asked: Asked) -> tuple[str, str] | None:
        for repo_id in self.repos:
            for start in (f"{_API}{repo_id}", f"/datasets/{repo_id}.git"):
                if asked.path == start or asked.path.startswith(f"{start}/"):
                    return repo_id, asked.path.removeprefix(start)
        return None

    def _told(self, asked: Asked, repo_id: str, repo: Dataset) -> Answer:
        if [value for name, value in asked.query if name == "expand"] != ["private"]:
            return error(400, "Invalid option", {})
        shown = {} if repo.private is ... else {"private": repo.private}
        return _json({"_id": "0" * 24, "id": repo_id, **shown})

    def _batch(self, repo_id: str, asked: Asked, url: str) -> Answer:
        given = json.loads(asked.body)
        if not asked.header("content-type").startswith(_LFS) or given["operation"] != "upload":
            return error(415, "Unsupported media type", {})
        return _json({"transfer": "basic", "objects": [self._place(repo_id, each, url) for each in given["objects"]]})

    def _place(self, repo_id: str, wanted: Mapping[str, Any], url: str) -> dict[str, Any]:
        oid, size = wanted["oid"], wanted["size"]
        if oid in self.stored:
            return {"oid": oid, "size": size}
        home = f"{self.home or url}{_STORAGE}{oid}"
        verify = {"href": f"{url}/datasets/{repo_id}.git/info/lfs/objects/verify", "header": {}}
        if size <= self.part_size:
            return {"oid": oid, "size": size, "actions": {"upload": {"href": f"{home}?sig=x"}, "verify": verify}}
        count = -(-size // self.part_size)
        parts = {str(n): f"{home}?sig=x&part={n}" for n in range(1, count + 1)}
        header = {"chunk_size": str(self.part_size), **parts}
        whole = {"href": f"{home}?sig=x&whole=1", "header": header}
        return {"oid": oid, "size": size, "actions": {"upload": whole, "verify": verify}}

    def _storage(self, asked: Asked) -> Answer:
        oid, query = asked.path.removeprefix(_STORAGE), dict(asked.query)
        if asked.header("authorization"):
            self.violations.append(f"{asked.method} {_STORAGE} with the token")
        if query.get("sig") != "x" or not asked.header("content-length"):
            return error(403, "AccessDenied", {})
        parts = self._parts.setdefault(oid, {})
        if asked.method == "PUT":
            parts[int(query.get("part", 1))] = asked.body
        if asked.method == "PUT" and "part" in query:
            return Answer(200, b"", {"ETag": f'"{sha256(asked.body).hexdigest()[:32]}"'})
        body = b"".join(parts[number] for number in sorted(parts))
        if sha256(body).hexdigest() != oid:
            return error(400, "BadDigest", {})
        self.stored[oid] = body
        return Answer(200, b"{}", {})

    def _verify(self, given: Mapping[str, Any]) -> Answer:
        whole = len(self.stored.get(given["oid"], b"")) == given["size"]
        return _json({}) if whole else error(404, "Object does not exist", {})

    def _commit(self, repo_id: str, repo: Dataset, asked: Asked, url: str) -> Answer:
        files, summary = dict(repo.files), ""
        for line in asked.body.splitlines():
            each = json.loads(line)
            key, value = each["key"], each["value"]
            if key == "header":
                summary = value["summary"]
            elif key == "lfsFile" and value["oid"] in self.stored:
                files[value["path"]] = self.stored[value["oid"]]
            elif key == "file":
                files[value["path"]] = base64.b64decode(value["content"])
            elif key == "deletedFile" and value["path"] in files:
                del files[value["path"]]
            else:
                return error(404, "A file with this name doesn't exist", {"X-Error-Code": "EntryNotFound"})
        repo.files = files
        repo.commits.append(summary)
        oid = _sha(repo_id, repo)
        return _json({"success": True, "commitOid": oid, "commitUrl": f"{url}/datasets/{repo_id}/commit/{oid}"})


def _sha(repo_id: str, repo: Dataset) -> str:
    """Of the newest commit."""
    return sha256(f"{repo_id}{len(repo.commits)}".encode()).hexdigest()[:40]


def _json(document: object) -> Answer:
    return Answer(200, json.dumps(document).encode(), {})


def _large(path: str) -> bool:
    """As the Hub's own `.gitattributes` has it."""
    return path.endswith(".gz")


def _modes(repo: Dataset, given: Mapping[str, Any]) -> Answer:
    told = [
        {
            "path": each["path"],
            "uploadMode": "lfs" if _large(each["path"]) else "regular",
            "shouldIgnore": False,
            **({"oid": sha256(repo.files[each["path"]]).hexdigest()} if each["path"] in repo.files else {}),
        }
        for each in given["files"]
    ]
    return _json({"files": told})


def _tree(repo: Dataset) -> Answer:
    listed = []
    for path, body in sorted(repo.files.items()):
        lfs = {"oid": sha256(body).hexdigest(), "size": len(body), "pointerSize": 130}
        entry = {"type": "file", "path": path, "oid": sha256(path.encode()).hexdigest()[:40], "size": len(body)}
        listed.append({**entry, "lfs": lfs} if _large(path) else entry)
    return _json(listed)
