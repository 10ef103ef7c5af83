"""What a failed call of the Hub's client means for a copy to a dataset repo, in words of ours alone."""

from collections.abc import Callable

import httpx2
from huggingface_hub.errors import HfHubHTTPError, HFValidationError, RepositoryNotFoundError

from alia_watch.errors import SourceError
from alia_watch.sources.hub_dataset_transport import NotDone


def attempt(call: Callable[[], object]) -> NotDone | None:
    """Make calls of the client; why they failed, or None. A SourceError of ours is raised as it is.

    The client raises errors of its own, and those of whatever it stumbles over in an answer of another shape.
    """
    try:
        call()
    except SourceError:
        raise
    except RuntimeError as error:  # the client wraps what fails while a file is sent
        if isinstance(error.__cause__, Exception):
            return _failure(error.__cause__)
        return _failure(error)
    except (httpx2.HTTPError, httpx2.InvalidURL, OSError, ValueError, LookupError, TypeError, AttributeError) as error:
        return _failure(error)
    return None


def _failure(error: Exception) -> NotDone:
    if isinstance(error, NotDone):
        return error
    if isinstance(error, HFValidationError):
        return NotDone("not the id of a repo")
    if isinstance(error, HfHubHTTPError):
        status = error.response.status_code
        said = error.response.headers.get("x-error-message")
        of_token = status == 401 and said == "Invalid credentials in Authorization header"
        if status == 404 or (isinstance(error, RepositoryNotFoundError) and not of_token):
            return NotDone(f"HTTP {status}: there is no such dataset, or the token may not see it: it is made by hand")
        if status == 403:
            return NotDone("HTTP 403: the token may not write there")
        if status == 401:
            return NotDone("HTTP 401: the Hub does not take the token")
        return NotDone(f"HTTP {status}")
    if isinstance(error, OSError) and error.strerror:
        return NotDone(f"the file cannot be read ({error.strerror})")
    return NotDone(f"the Hub's answer has another shape ({type(error).__name__})")
