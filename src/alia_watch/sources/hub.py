"""Reading the Hub, through its own client: one listing per organisation, one question for every other repo.

The Hub being away, wrong or slow is an ordinary day: `read` never raises for it. Every repo that could not be read is
UNREADABLE with the reason, and what was read is kept. Facts and their sources: docs/method.md, "Snapshots".
"""

import contextlib
import os
import threading
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Literal

from alia_watch import clock as clocks
from alia_watch.series.snapshot import HubReading, RawAnswer, RepoCommunity, RepoSnapshot, State
from alia_watch.sources.hub_clock import HubClock
from alia_watch.sources.hub_pace import Estimate, Pacer, Quota, organisation
from alia_watch.sources.patience import Deadline, Sleep

if TYPE_CHECKING:
    from alia_watch.findings.repo_files import RepoFiles
    from alia_watch.sources.hub_reading import Reading
    from alia_watch.sources.hub_transport import HubTransport

#: Repos on one page of a listing.
PAGE = 1000
#: The Hub's quotas for 5 minutes (its documentation of rate limits): without a token, and with a free account's.
ANONYMOUS, FREE_ACCOUNT = Quota(500), Quota(1000)

client_in_use = threading.Lock()  # the client keeps one session per process: one reading at a time


def settle_environment() -> None:
    """What the client reads when it is imported: it tells nobody, looks for no token, draws nothing, and uses HTTP."""
    for what in ("TELEMETRY", "IMPLICIT_TOKEN", "PROGRESS_BARS", "XET"):
        os.environ.setdefault(f"HF_HUB_DISABLE_{what}", "1")


class Hub:
    """The Hub at one endpoint. Use as a context manager, or call `close`.

    Args:
        endpoint: `https://huggingface.co`, or a stand-in.
        token: None reads anonymously; no token of the machine is ever picked up.
        contact: how the Hub's operators find whoever runs this; it travels in the user agent.
        request_timeout_s: the most that connecting, or any wait for bytes, may take; a whole answer at most
            twice that.
        deadline_s: the most that one reading may take.
        threads: how many requests may be under way at once.
        clock, sleep: what instants and waits are measured by. Without `sleep`, waits are real and end at `stop`.
    """

    def __init__(
        self,
        endpoint: str,
        *,
        token: str | None,
        contact: str,
        request_timeout_s: float = 20,
        deadline_s: float = 1800,
        threads: int = 4,
        clock: clocks.Clock = clocks.now,
        sleep: Sleep | None = None,
    ) -> None:
        self.endpoint = endpoint.rstrip("/")
        self._token: str | Literal[False] = token or False
        self._contact = contact
        self._timeout = request_timeout_s
        self._deadline_s = deadline_s
        self._threads = threads
        self._clock = clock
        self._sleep = sleep
        self._pacer = Pacer(clock, FREE_ACCOUNT if token else ANONYMOUS)
        self._deadline: Deadline | None = None
        self._closed = False

    def __enter__(self) -> "Hub":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"Hub({self.endpoint!r}, {'with a token' if self._token else 'anonymous'})"

    def close(self) -> None:
        """No further reading; one under way ends."""
        self._closed = True
        self.stop()

    def stop(self) -> None:
        """End the reading under way, if any, within a fraction of a second; it gives what it has read so far.

        Safe in a signal handler.
        """
        if self._deadline is not None:
            self._deadline.stop()

    def estimate(self, organisations: Mapping[str, int] | Sequence[str], repo_ids: Sequence[str]) -> Estimate:
        """What reading this watch list takes when nothing fails.

        `organisations` may say how many repos each has (from the last snapshot); without, one page is assumed.
        """
        sizes = organisations if isinstance(organisations, Mapping) else dict.fromkeys(organisations, 1)
        pages = sum(max(1, -(-size // PAGE)) for size in sizes.values())
        return self._pacer.estimate(pages + sum(1 for repo in set(repo_ids) if organisation(repo) not in sizes))

    def probe(self, repo_ids: Sequence[str]) -> tuple[RepoSnapshot, ...]:
        """Those of some repos that do not answer as they are named: gone, renamed, disabled or unreadable."""
        return tuple(repo for repo in self.read((), repo_ids).repos if repo.state is not State.PRESENT)

    def read(self, organisations: Sequence[str], repo_ids: Sequence[str]) -> HubReading:
        """One snapshot: every repo of some organisations, and every repo named.

        A named repo of a listed organisation that its whole listing does not have is asked for by itself before it is
        called gone or renamed; where the listing broke off, it is UNREADABLE.
        """
        with self._reading() as (reading, transport):
            return reading.take(organisations, repo_ids, lambda: transport.requests)

    def files(self, repos: Mapping[str, str]) -> dict[str, "RepoFiles"]:
        """The files of some repos, by id and commit: names, sizes and commits, in one listing each; no file is read.

        Those whose files could not be listed are left out.
        """
        with self._reading() as (reading, _):
            return reading.files(repos)

    def around(self, repo_ids: Sequence[str]) -> "tuple[tuple[RepoCommunity, ...], tuple[RawAnswer, ...]]":
        """The models made from some repos, by kind, and their discussions, with the raw answers: five requests each.

        What could not be read is left out of each.
        """
        with self._reading() as (reading, _):
            return reading.around(repo_ids)

    @contextlib.contextmanager
    def _reading(self) -> "Iterator[tuple[Reading, HubTransport]]":
        settle_environment()
        # The client takes about a second to import: only who reads the Hub pays for it.
        from alia_watch.sources.hub_reading import Reading, client, over  # noqa: PLC0415
        from alia_watch.sources.hub_transport import HubTransport  # noqa: PLC0415

        with client_in_use:
            deadline = self._deadline = Deadline(self._deadline_s, clock=self._clock, sleep=self._sleep)
            dated = HubClock(self._clock)
            if self._closed:
                deadline.stop()
            with (
                HubTransport(
                    self.endpoint,
                    request_timeout_s=self._timeout,
                    connections=self._threads,
                    deadline=deadline,
                    pacer=self._pacer,
                    clock=dated,
                ) as transport,
                client(self.endpoint, over(transport), token=self._token, contact=self._contact) as api,
            ):
                reading = Reading(api, deadline, clock=dated, timeout_s=self._timeout, threads=self._threads)
                yield reading, transport
