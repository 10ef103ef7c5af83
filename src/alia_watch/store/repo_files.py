"""What repos' files looked like at each commit that was looked at."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import datetime

from alia_watch.clock import format_second
from alia_watch.findings.repo_files import RepoFiles
from alia_watch.store.database import Store


def save_repo_files(store: Store, looks: Iterable[RepoFiles]) -> None:
    """Keep looks at repos' files; one of a commit that was looked at before changes nothing."""
    with store.writing() as db:
        for look in looks:
            db.execute(
                "INSERT OR IGNORE INTO repo_files"
                " (repo_id, sha, observed_at, weights, weights_at, card_bytes, card_at) VALUES (?, ?, ?, ?, ?, ?, ?)",
                [
                    look.repo_id,
                    look.sha,
                    format_second(look.observed_at),
                    look.weights,
                    format_second(look.weights_at) if look.weights_at else None,
                    look.card_bytes,
                    format_second(look.card_at) if look.card_at else None,
                ],
            )


def repo_files(store: Store) -> Mapping[str, list[RepoFiles]]:
    """Every look at every repo's files, newest first."""
    found: dict[str, list[RepoFiles]] = defaultdict(list)
    for row in store.rows("SELECT * FROM repo_files ORDER BY repo_id, observed_at DESC, rowid DESC"):
        found[row["repo_id"]].append(
            RepoFiles(
                row["repo_id"],
                row["sha"],
                datetime.fromisoformat(row["observed_at"]),
                row["weights"],
                datetime.fromisoformat(row["weights_at"]) if row["weights_at"] else None,
                row["card_bytes"],
                datetime.fromisoformat(row["card_at"]) if row["card_at"] else None,
            )
        )
    return found
