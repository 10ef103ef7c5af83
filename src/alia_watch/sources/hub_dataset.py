"""A private dataset repo on the Hub that files are copied to, through the Hub's own client.

What is copied may hold people's addresses. So each time, before anything leaves, the Hub has to say that the repo is
private; the repo is made by a person and never here. Every failure is a SourceError with a reason in our words.

A step that fails is begun again from its start: what arrived already is known to the Hub by its hash, and is neither
sent nor committed twice.
"""

import contextlib
import hashlib
import logging
from collections.abc import Callable, Collection, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from alia_watch import clock as clocks
from alia_watch.errors import SourceError
from alia_watch.sources.hub import client_in_use, settle_environment
from alia_watch.sources.hub_pool import run_all
from alia_watch.sources.patience import Deadline, OutOfTime, Sleep

if TYPE_CHECKING:
    import httpx2
    from huggingface_hub import HfApi

    from alia_watch.sources.hub_dataset_transport import NotDone

#: Waits between the tries of one step in seconds, where the Hub names none.
BACK_OFF_S = (2.0, 8.0, 30.0)
#: What is asked about, to see whether the token may write: it is not sent.
_ASKED_ABOUT = "alia-watch-check.txt"
_LOOK = "Look at the repo and at the token on the Hub; `alia-watch check` tries both."


class HubDataset:
    """One dataset repo at one endpoint.

    Args:
        token: may write to this repo; best to no other.
        contact, clock, sleep: as of `Hub`.
        request_timeout_s: the most that any wait of one request may take; the Hub may think a while about a commit.
        deadline_s: the most that one copy may take, its repetitions included.
    """

    def __init__(
        self,
        endpoint: str,
        repo_id: str,
        *,
        token: str,
        contact: str,
        request_timeout_s: float = 60,
        deadline_s: float = 900,
        clock: clocks.Clock = clocks.now,
        sleep: Sleep | None = None,
    ) -> None:
        self._endpoint = endpoint.rstrip("/")
        self.repo_id = repo_id
        self._token = token
        self._contact = contact
        self._timeout = request_timeout_s
        self._deadline_s = deadline_s
        self._clock = clock
        self._sleep = sleep
        self._deadline: Deadline | None = None
        self._stopped = False

    def __repr__(self) -> str:
        return f"HubDataset({self._endpoint!r}, {self.repo_id!r})"

    def stop(self) -> None:
        """End what is under way within a fraction of a second, and begin nothing more. Safe from any thread."""
        self._stopped = True
        if self._deadline is not None:
            self._deadline.stop()

    def probe(self) -> None:
        """Whether the repo is private, and the token may write there. Nothing is sent.

        Raises:
            SourceError: it is not, or the Hub did not say.
        """
        with self._session(only_looking=True) as (api, deadline):
            self._step(deadline, lambda: self._may_write(api))

    def copy(self, file: Path, *, older: Callable[[Collection[str]], Collection[str]]) -> str:
        """Copy a file under its name, have the Hub say that it has it, and let go of older ones; where it is.

        Args:
            older: of the names that are in the repo, those that go.

        Raises:
            SourceError: it is not there; or it is, and older ones could not be let go of.
        """
        with self._session() as (api, deadline):
            self._step(deadline, lambda: self._upload(api, file))
            self._step(deadline, lambda: self._settle(api, file, older))
        return f"hf://datasets/{self.repo_id}/{file.name}"

    def _refuse_public(self, api: "HfApi") -> None:
        said = api.dataset_info(self.repo_id, expand=["private"]).private
        if said is not True:
            what = "it is public" if said is False else "the Hub does not say whether it is private"
            raise self._refused(f"{what}, and a copy would show everybody the addresses of subscribers")

    def _may_write(self, api: "HfApi") -> None:
        from huggingface_hub import CommitOperationAdd  # noqa: PLC0415  see `_session`

        self._refuse_public(api)
        asked = CommitOperationAdd(path_in_repo=_ASKED_ABOUT, path_or_fileobj=b"?")
        api.preupload_lfs_files(self.repo_id, [asked], repo_type="dataset")

    def _upload(self, api: "HfApi", file: Path) -> None:
        self._refuse_public(api)
        with file.open("rb") as body:  # an open file goes by HTTP, which is bounded here; Xet's own client is not
            api.upload_file(
                path_or_fileobj=body,
                path_in_repo=file.name,
                repo_id=self.repo_id,
                repo_type="dataset",
                commit_message=f"Add {file.name}",
            )

    def _settle(self, api: "HfApi", file: Path, older: Callable[[Collection[str]], Collection[str]]) -> None:
        from huggingface_hub import CommitOperationDelete  # noqa: PLC0415  see `_session`
        from huggingface_hub.hf_api import RepoFile  # noqa: PLC0415

        tree = api.list_repo_tree(self.repo_id, repo_type="dataset")
        there = {each.path: each for each in tree if isinstance(each, RepoFile)}
        found = there.get(file.name)
        if found is None or found.size != file.stat().st_size or (found.lfs and found.lfs.sha256 != _sha256(file)):
            raise self._refused("what the Hub says it has is not what was sent")
        if gone := sorted(older(there.keys())):
            api.create_commit(
                self.repo_id,
                [CommitOperationDelete(path_in_repo=name, is_folder=False) for name in gone],
                repo_type="dataset",
                commit_message=f"Let go of {len(gone)} older",
            )

    def _refused(self, why: str, *, again: bool = False) -> SourceError:
        return SourceError(f"the dataset {self.repo_id}", why, again=again, hint=_LOOK)

    def _step(self, deadline: Deadline, work: Callable[[], None]) -> None:
        """Do one step, again where that can help."""
        for wait in (*BACK_OFF_S, None):
            trouble = self._tried(deadline, work)
            if trouble is None:
                return
            if wait is None or not trouble.again:
                raise self._refused(str(trouble), again=trouble.again)
            seconds = wait if trouble.after is None else trouble.after
            try:
                deadline.wait(seconds, f"{trouble}; to be tried again in {seconds:g} s")
            except OutOfTime as over:
                raise self._refused(str(over), again=True) from None

    def _tried(self, deadline: Deadline, work: Callable[[], None]) -> "NotDone | None":
        from alia_watch.sources.hub_dataset_failure import attempt  # noqa: PLC0415  see `_session`
        from alia_watch.sources.hub_dataset_transport import NotDone  # noqa: PLC0415

        failed: list[NotDone | None] = []
        # In a thread of its own: a look-up of a name that the system never answers would hold the caller.
        ended = run_all(
            [lambda: failed.append(attempt(work))],
            1,
            at_most_s=deadline.left() + 1,
            stopped=lambda: deadline.stopped,
        )
        if not ended:
            return NotDone("it was stopped" if deadline.stopped else "its time is over")
        return failed[0]

    @contextlib.contextmanager
    def _session(self, *, only_looking: bool = False) -> "Iterator[tuple[HfApi, Deadline]]":
        parts = urlsplit(self._endpoint)
        if parts.scheme != "https" and parts.hostname not in ("127.0.0.1", "::1", "localhost"):
            raise self._refused("hub.endpoint is not https, and the token and the file would travel in the clear")
        settle_environment()
        # The client takes about a second to import: only who copies pays for it.
        import httpx2  # noqa: PLC0415

        from alia_watch.sources.hub_dataset_transport import DatasetTransport  # noqa: PLC0415
        from alia_watch.sources.hub_reading import client  # noqa: PLC0415

        class Session(httpx2.Client):
            def request(self, *given: Any, **named: Any) -> "httpx2.Response":
                """The Hub's client gives a file as `data`, for which httpx2 has another word now."""
                if hasattr(named.get("data"), "read"):
                    named["content"] = named.pop("data")
                return super().request(*given, **named)

        logging.getLogger("httpx2").setLevel(logging.WARNING)  # it logs whole addresses, and some are signed
        with client_in_use:
            deadline = self._deadline = Deadline(self._deadline_s, clock=self._clock, sleep=self._sleep)
            if self._stopped:
                deadline.stop()
            with (
                DatasetTransport(
                    self._endpoint,
                    self.repo_id,
                    request_timeout_s=self._timeout,
                    deadline=deadline,
                    clock=self._clock,
                    only_looking=only_looking,
                ) as transport,
                client(
                    self._endpoint,
                    lambda: Session(transport=transport),
                    token=self._token,
                    contact=self._contact,
                ) as api,
            ):
                yield api, deadline


def _sha256(file: Path) -> str:
    with file.open("rb") as body:
        return hashlib.file_digest(body, "sha256").hexdigest()
