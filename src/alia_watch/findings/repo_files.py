"""What changed in a repo's files: its first weights, and a model card that became another one. Sizes, never contents.

The contents are not read: asking for a file would count as a download.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

#: A card that changed by less than this share, or by fewer bytes than this, is the same card.
CARD_SHARE = 0.25
CARD_BYTES = 1000


@dataclass(frozen=True, slots=True)
class RepoFiles:
    """The files of a repo at one commit, as the Hub lists them.

    Attributes:
        sha: the commit they were listed at.
        weights: how many files of weights there are; `weights_at`: when the oldest of them was committed.
        card_bytes, card_at: size of README.md, and when it was last committed; None where there is none.
    """

    repo_id: str
    sha: str
    observed_at: datetime
    weights: int
    weights_at: datetime | None = None
    card_bytes: int | None = None
    card_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class FilesChange:
    """Something in the files that a reader of the repo would notice.

    Attributes:
        kind: `weights` or `card`.
        at: when it was committed, where the Hub says.
        before, after: files of weights, or bytes of the card.
    """

    kind: str
    files: RepoFiles
    at: datetime | None
    before: int
    after: int


def files_changed(history: Sequence[RepoFiles]) -> list[FilesChange]:
    """What the newest look at a repo's files shows that the earlier ones did not; `history` is newest first.

    With no earlier look the first weights are told, dated by their commit; a card is not.
    """
    if not history:
        return []
    new, before = history[0], history[1:]
    found = []
    if new.weights and not any(look.weights for look in before):
        found.append(FilesChange("weights", new, new.weights_at, 0, new.weights))
    card = next((look.card_bytes for look in before if look.card_bytes is not None), None)
    if card is not None and new.card_bytes is not None:
        change = abs(new.card_bytes - card)
        if change >= CARD_BYTES and change >= CARD_SHARE * card:
            found.append(FilesChange("card", new, new.card_at, card, new.card_bytes))
    return found
