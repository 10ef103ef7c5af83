"""One reading of the Hub under way: the client's session, and what the threads have found so far."""

import contextlib
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from functools import partial
from typing import Any, Literal

import httpx2
import huggingface_hub
from huggingface_hub.utils import _http

from alia_watch import __version__
from alia_watch.findings.repo_files import RepoFiles
from alia_watch.series.snapshot import KINDS_OF_DERIVED, HubReading, RawAnswer, RepoCommunity, RepoSnapshot, State
from alia_watch.sources.hub_answer import EXPAND, Nonsense, read_count, read_ids, read_page, read_repo
from alia_watch.sources.hub_clock import HubClock
from alia_watch.sources.hub_failure import attempt
from alia_watch.sources.hub_files import read_files
from alia_watch.sources.hub_pace import organisation
from alia_watch.sources.hub_pool import run_all
from alia_watch.sources.hub_transport import HubTransport, recording
from alia_watch.sources.patience import Deadline

_EXPAND: list[Any] = list(EXPAND)
#: More models than this made from one repo are not counted.
_MOST_DERIVED = 20_000


def over(transport: HubTransport) -> Callable[[], httpx2.Client]:
    """What makes sessions that read, over one transport."""
    return lambda: httpx2.Client(transport=transport, follow_redirects=True)


@contextmanager
def client(
    endpoint: str, session: Callable[[], httpx2.Client], *, token: str | Literal[False], contact: str
) -> Iterator[huggingface_hub.HfApi]:
    """The Hub's client over sessions of ours. They belong to the process: afterwards it is as it was."""
    before = _http._GLOBAL_CLIENT_FACTORY
    huggingface_hub.set_client_factory(session)
    try:
        yield huggingface_hub.HfApi(
            endpoint=endpoint,
            token=token,
            library_name="alia-watch",
            library_version=__version__,
            user_agent={"contact": contact},
        )
    finally:
        huggingface_hub.set_client_factory(before)


class Reading:
    """What the threads of one reading have found so far; `take` runs them."""

    def __init__(
        self, api: huggingface_hub.HfApi, deadline: Deadline, *, clock: HubClock, timeout_s: float, threads: int
    ) -> None:
        self._api = api
        self._threads = threads
        self._deadline = deadline
        self._clock = clock
        self._timeout = timeout_s
        self._lock = threading.Lock()
        self._repos: dict[str, RepoSnapshot] = {}
        self._answers: dict[str, RawAnswer] = {}
        self._broken: dict[str, str] = {}  # organisation -> why its listing is not whole

    def take(self, organisations: Sequence[str], repo_ids: Sequence[str], requests: Callable[[], int]) -> HubReading:
        """List every organisation, ask for every other repo, then for those the whole listings do not have."""
        started = self._now()
        listed = dict.fromkeys(organisations)
        named = dict.fromkeys(repo_ids)
        for name in listed:
            self._broken[name] = "the listing was not finished"
        single = [repo for repo in named if organisation(repo) not in listed]
        self._run([*(partial(self._list, o) for o in listed), *(partial(self._ask, r) for r in single)])
        with self._lock:
            absent = [repo for repo in named if repo not in self._repos and organisation(repo) in listed]
            whole = [repo for repo in absent if organisation(repo) not in self._broken]
        self._run([partial(self._ask, repo) for repo in whole])
        with self._lock:  # a thread that outlived the deadline may still come back
            repos, answers, broken = dict(self._repos), dict(self._answers), dict(self._broken)
        now, ahead = self._now(), self._clock.ahead
        late = "the reading was stopped" if self._deadline.stopped else "the deadline for the whole reading is over"
        for repo in named:
            if repo not in repos:
                repos[repo] = RepoSnapshot(
                    repo, now, State.UNREADABLE, detail=broken.get(organisation(repo)) or f"not read: {late}"
                )
        complete = not broken and all(repo.state is not State.UNREADABLE for repo in repos.values())
        ordered = tuple(repos[repo] for repo in sorted(repos))
        return HubReading(
            min(started - ahead, now),
            now,
            requests(),
            complete,
            ordered,
            tuple(answers.values()),
            tuple(sorted(broken)),
            ahead,
        )

    def files(self, repos: Mapping[str, str]) -> dict[str, RepoFiles]:
        """The files of some repos, each at its commit; those whose files could not be listed are left out."""
        found: dict[str, RepoFiles] = {}

        def ask(repo_id: str, sha: str) -> None:
            with recording() as answers:
                listing = partial(self._api.list_repo_tree, repo_id, recursive=True, expand=True, revision=sha)
                failure = attempt(lambda: sum(1 for _ in listing()))
            if failure is None:
                with contextlib.suppress(Nonsense):  # the next reading asks again
                    found[repo_id] = read_files(answers, repo_id, sha)

        self._run([partial(ask, repo_id, sha) for repo_id, sha in repos.items()])
        return dict(sorted(found.items()))

    def around(self, repo_ids: Sequence[str]) -> tuple[tuple[RepoCommunity, ...], tuple[RawAnswer, ...]]:
        """The models made from some repos, by kind, and their discussions; what could not be read is left out."""
        derived: dict[str, dict[str, int]] = {repo: {} for repo in repo_ids}
        talks: dict[str, int] = {}

        def count(repo_id: str, kind: str) -> None:
            with recording() as answers:
                listing = partial(self._api.list_models, filter=f"base_model:{kind}:{repo_id}", expand=["createdAt"])
                failure = attempt(lambda: sum(1 for _ in listing(limit=_MOST_DERIVED)))
            with self._lock, contextlib.suppress(Nonsense):
                ids = set().union(*(read_ids(answer) for answer in answers))
                if failure is None and len(ids) < _MOST_DERIVED:  # one that was cut is no count
                    derived[repo_id][kind] = len(ids)
                    self._answers.update((answer.sha256, answer) for answer in answers)

        def talk(repo_id: str) -> None:
            with recording() as answers:
                url = f"{self._api.endpoint}/api/models/{repo_id}/discussions"
                failure = attempt(
                    lambda: _http.hf_raise_for_status(
                        _http.get_session().get(url, params={"p": 0}, headers=self._api._build_hf_headers())
                    )
                )
            with self._lock, contextlib.suppress(Nonsense):
                if failure is None and answers:
                    talks[repo_id] = read_count(answers[-1])
                    self._answers[answers[-1].sha256] = answers[-1]

        kinds = [partial(count, repo, kind) for repo in repo_ids for kind in KINDS_OF_DERIVED]
        self._run([*kinds, *(partial(talk, repo) for repo in repo_ids)])
        now = self._now()
        with self._lock:
            looks = tuple(RepoCommunity(repo, now, dict(derived[repo]), talks.get(repo)) for repo in repo_ids)
            return looks, tuple(self._answers.values())

    def _run(self, tasks: Sequence[Callable[[], None]]) -> None:
        # The transport keeps the deadline; this bound is for what no timeout reaches, such as the look-up of a name.
        run_all(tasks, self._threads, at_most_s=self._deadline.seconds + self._timeout, stopped=self._stopped)

    def _stopped(self) -> bool:
        return self._deadline.stopped

    def _now(self) -> datetime:
        return self._clock().replace(microsecond=0)

    def _list(self, name: str) -> None:
        """Every page of an organisation; what the pages that came say is kept when the next does not come."""
        with recording() as answers:
            failure = attempt(lambda: sum(1 for _ in self._api.list_models(author=name, expand=_EXPAND)))
        trouble = failure.detail if failure else None
        found: list[RepoSnapshot] = []
        for answer in answers:
            try:
                page = read_page(answer)
            except Nonsense as error:
                trouble = trouble or str(error)
                continue
            found.extend(page.repos)
            if page.nameless:
                trouble = trouble or f"{page.nameless} of the listing's items name no repo"
        with self._lock:
            self._repos.update((repo.repo_id, repo) for repo in found)
            self._answers.update((answer.sha256, answer) for answer in answers)
            if trouble:
                self._broken[name] = f"the listing of {name} broke off: {trouble}"
            else:
                del self._broken[name]

    def _ask(self, repo_id: str) -> None:
        with recording() as answers:
            failure = attempt(lambda: self._api.model_info(repo_id, expand=_EXPAND, timeout=self._timeout))
        if answers and not failure:
            snapshot = read_repo(answers[-1], repo_id)
        else:
            state, why = (failure.state, failure.detail) if failure else (State.UNREADABLE, "the Hub gave no answer")
            snapshot = RepoSnapshot(repo_id, self._now(), state, detail=why)
        with self._lock:
            self._repos[repo_id] = snapshot
            self._answers.update((answer.sha256, answer) for answer in answers)
