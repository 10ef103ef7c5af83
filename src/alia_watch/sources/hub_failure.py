"""What a failed call of the Hub's client means for the repo that was asked for."""

from collections.abc import Callable
from dataclasses import dataclass

import httpx2
from huggingface_hub.errors import (
    DisabledRepoError,
    GatedRepoError,
    HfHubHTTPError,
    HFValidationError,
    OfflineModeIsEnabled,
    RepositoryNotFoundError,
)

from alia_watch.series.snapshot import State
from alia_watch.sources.hub_transport import NoAnswer


@dataclass(frozen=True, slots=True)
class Failure:
    """A repo's state after a failed call, and why, in words of ours: no server text and no header, so no secret."""

    state: State
    detail: str


def attempt(call: Callable[[], object]) -> Failure | None:
    """Make a call of the client; why it failed, or None. The client raises errors of four families."""
    try:
        call()
    except (httpx2.HTTPError, httpx2.InvalidURL, OSError, ValueError) as error:
        return _failure(error)
    return None


def _failure(error: Exception) -> Failure:
    if isinstance(error, HFValidationError):
        return Failure(State.UNREADABLE, "not the id of a repo")
    if isinstance(error, OfflineModeIsEnabled):
        return Failure(State.UNREADABLE, "HF_HUB_OFFLINE is set: unset it")
    if isinstance(error, NoAnswer):
        return Failure(State.UNREADABLE, str(error))
    if isinstance(error, DisabledRepoError):
        return Failure(State.DISABLED, "HTTP 403: disabled")
    if isinstance(error, HfHubHTTPError):
        status = error.response.status_code
        if isinstance(error, GatedRepoError):  # a kind of RepositoryNotFoundError, though the repo is there
            return Failure(State.UNREADABLE, f"HTTP {status}: gated, and closed to this reader")
        if isinstance(error, RepositoryNotFoundError) or _missing(error.response):
            return Failure(State.GONE, f"HTTP {status}: gone or private")
        if status == 401:
            return Failure(State.UNREADABLE, "HTTP 401: the Hub does not take the token")
        return Failure(State.UNREADABLE, f"HTTP {status}")
    return Failure(State.UNREADABLE, f"the client gave up ({type(error).__name__})")


def _missing(response: httpx2.Response) -> bool:
    """A 401 or 404 of the Hub itself that the client does not name: some gateway's page says nothing of a repo."""
    if not response.headers.get("content-type", "").startswith("application/json"):
        return False
    refused = response.headers.get("x-error-message") == "Invalid credentials in Authorization header"
    return response.status_code == 404 or (response.status_code == 401 and not refused)
