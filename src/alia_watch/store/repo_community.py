"""What stood around repos when it was looked at: models made from them by kind, and discussions."""

from collections.abc import Iterable
from datetime import datetime

from alia_watch.clock import format_second
from alia_watch.series.snapshot import KINDS_OF_DERIVED, RawAnswer, RepoCommunity
from alia_watch.store.answers import save_answers
from alia_watch.store.database import Store


def save_community(store: Store, looks: Iterable[RepoCommunity], answers: Iterable[RawAnswer]) -> None:
    """Keep looks at repos, and the raw answers behind them."""
    with store.writing() as db:
        save_answers(store, answers)
        for look in looks:
            db.execute(
                "INSERT INTO repo_community (repo_id, observed_at, finetune, adapter, merge, quantized, discussions)"
                " VALUES (?, ?, ?, ?, ?, ?, ?)",
                [
                    look.repo_id,
                    format_second(look.observed_at),
                    *(look.derived.get(kind) for kind in KINDS_OF_DERIVED),
                    look.discussions,
                ],
            )


def last_community(store: Store, repo_id: str, *, until: datetime) -> RepoCommunity | None:
    """The last look at a repo up to an instant."""
    rows = store.rows(
        "SELECT * FROM repo_community WHERE repo_id = ? AND observed_at <= ?"
        " ORDER BY observed_at DESC, id DESC LIMIT 1",
        [repo_id, format_second(until)],
    )
    if not rows:
        return None
    [row] = rows
    derived = {kind: row[kind] for kind in KINDS_OF_DERIVED if row[kind] is not None}
    return RepoCommunity(repo_id, datetime.fromisoformat(row["observed_at"]), derived, row["discussions"])
