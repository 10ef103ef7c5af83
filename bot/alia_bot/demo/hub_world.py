"""What a stand-in Hub is asked about: a world of repos that may change with time."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

Answer = Mapping[str, Any]

#: The fields the Hub lets an `expand` ask for (its client's list for models, facts of the Hub §1).
EXPANDABLE = frozenset(
    """
    author baseModels cardData childrenModelCount config createdAt disabled downloads downloadsAllTime evalResults
    gated gguf inference inferenceProviderMapping lastModified library_name likes mask_token model-index pipeline_tag
    private resourceGroup safetensors sha siblings spaces tags transformersInfo trendingScore usedStorage widgetData
    """.split()  # noqa: SIM905  a list of thirty strings is harder to read
)
#: What an answer has when nothing is asked for by name: no all-time count among it.
UNASKED = frozenset(
    """
    author createdAt disabled downloads gated lastModified library_name likes pipeline_tag private sha tags
    """.split()  # noqa: SIM905  the same
)


#: The files of a repo, by path with their bytes, where its answer names no `files`.
FILES = {".gitattributes": 1519, "README.md": 6204, "config.json": 715, "model.safetensors": 4_508_212_224}


class World(Protocol):
    """The repos of a Hub at an instant."""

    def repos(self, at: datetime) -> Mapping[str, Answer]:
        """Every repo there is, by id, with every field of its answer but `_id` and `id`.

        `"private": True` hides it from anonymous readers, `"disabled": True` closes it.
        """

    def moved(self, at: datetime) -> Mapping[str, str]:
        """Renamed repos: the old id to the new one."""

    def away(self, at: datetime) -> bool:
        """Whether the Hub answers nothing but 503."""


@dataclass
class StillWorld:
    """A world that stays as it is set: for tests that change it by hand."""

    models: dict[str, dict[str, Any]] = field(default_factory=dict)
    renamed: dict[str, str] = field(default_factory=dict)
    closed: bool = False

    def add(self, repo_id: str, **changes: Any) -> None:
        """A repo with plausible fields; a change of None is sent as null, one of `...` leaves the field out."""
        answer = model(repo_id) | changes
        self.models[repo_id] = {name: value for name, value in answer.items() if value is not ...}

    def repos(self, at: datetime) -> Mapping[str, Answer]:  # noqa: ARG002  stays as it is
        """See World."""
        return self.models

    def moved(self, at: datetime) -> Mapping[str, str]:  # noqa: ARG002  stays as it is
        """See World."""
        return self.renamed

    def away(self, at: datetime) -> bool:  # noqa: ARG002  stays as it is
        """See World."""
        return self.closed


def model(repo_id: str) -> dict[str, Any]:
    """The fields of a small text model, as the Hub words them."""
    author = repo_id.split("/", maxsplit=1)[0]
    return {
        "author": author,
        "createdAt": "2025-06-02T09:00:00.000Z",
        "lastModified": "2025-06-20T10:00:00.000Z",
        "downloads": 30,
        "downloadsAllTime": 400,
        "likes": 3,
        "trendingScore": 0,
        "gated": False,
        "private": False,
        "disabled": False,
        "sha": "0" * 40,
        "library_name": "transformers",
        "pipeline_tag": "text-generation",
        "tags": ["transformers", "safetensors", "text-generation", "region:us"],
        "childrenModelCount": 0,
        "spaces": [],
    }
