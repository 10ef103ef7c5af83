"""What changed in a repo itself: new, gone, renamed, disabled, back, its gate, a possible successor. No counts here."""

import re
from collections.abc import Iterable, Sequence
from collections.abc import Set as AbstractSet
from datetime import datetime
from typing import Any

from alia_watch.clock import UtcDay, format_instant, utc_day
from alia_watch.findings.notice import Finding, FindingKind
from alia_watch.series.family import Family
from alia_watch.series.snapshot import RepoSnapshot, State

#: A version at the end of a name: `-2512`, `-2601`.
_VERSION = re.compile(r"(?P<stem>.*\D)(?P<version>\d{4})")


def discovered(
    family: Family, repos: Iterable[RepoSnapshot], seen: AbstractSet[str], first_look: tuple[datetime, bool] | None
) -> list[Finding]:
    """A repo of the family that no earlier snapshot has, and whether it looks like the flagship's successor.

    `seen` and `first_look` (when the first snapshot began, whether any was complete) speak of earlier snapshots. The
    very first look discovers nothing. While no snapshot was complete yet, an unseen repo may merely not have been
    read: then it is new only if it was created after the first look.
    """
    if first_look is None:
        return []
    began, complete = first_look
    repos = list(repos)
    renamed = {repo.answered_id for repo in repos if repo.state is State.RENAMED}
    found = []
    for repo in repos:
        if repo.state is not State.PRESENT or repo.repo_id in seen | renamed or not family.has(repo.repo_id):
            continue
        if not complete and (repo.created_at is None or repo.created_at < began):
            continue
        day = utc_day(repo.observed_at)
        found.append(_finding(FindingKind.NEW_REPO, f"new_repo:{repo.repo_id}", repo, day, **_about(repo)))
        flagship = family.flagship_on(day)
        if flagship and succeeds(repo.repo_id, flagship.repo_id):
            found.append(
                _finding(
                    FindingKind.SUCCESSOR,
                    f"successor:{repo.repo_id}",
                    repo,
                    day,
                    flagship=flagship.repo_id,
                    **_about(repo),
                )
            )
    return found


def succeeds(repo_id: str, flagship_id: str) -> bool:
    """Whether a name is the flagship's with a later version: `…-instruct-2601` after `…-instruct-2512`."""
    ours, theirs = _VERSION.fullmatch(flagship_id), _VERSION.fullmatch(repo_id)
    return bool(ours and theirs and ours["stem"] == theirs["stem"] and theirs["version"] > ours["version"])


def changed(history: Sequence[RepoSnapshot]) -> list[Finding]:
    """What the newest snapshot of one repo says that the ones before it did not.

    `history` is newest first and without unreadable ones. Gone takes two snapshots in a row: an anonymous reader gets
    the same answer for a deleted repo, one made private, and now and then a slip of the Hub.
    """
    if len(history) < 2:
        return []
    new, before = history[0], history[1:]
    day = utc_day(new.observed_at)
    gone = next((i for i, repo in enumerate(history) if repo.state is not State.GONE), len(history))
    gone_before = next((i for i, repo in enumerate(before) if repo.state is not State.GONE), len(before))
    steady = next((repo for repo in before if repo.state is not State.GONE), None)
    found = []
    if gone == 2 and steady is not None:
        since = utc_day(before[0].observed_at)
        seen = format_instant(steady.observed_at)
        found.append(_state(f"gone:{new.repo_id}:{since}", new, since, "gone", last_seen=seen))
    elif new.state is State.RENAMED and steady is not None and steady.answered_id != new.answered_id:
        found.append(_state(f"renamed:{new.repo_id}:{new.answered_id}", new, day, "renamed", to=new.answered_id))
    elif new.state is State.DISABLED and steady is not None and steady.state is not State.DISABLED:
        found.append(_state(f"disabled:{new.repo_id}:{day}", new, day, "disabled"))
    elif new.state is State.PRESENT and steady is not None and (gone_before >= 2 or steady.state is State.DISABLED):
        was = "gone" if gone_before >= 2 else "disabled"
        found.append(_state(f"back:{new.repo_id}:{day}", new, day, "back", was=was))
    gate = next((repo.gated for repo in before if repo.gated is not None), None)
    if new.gated is not None and gate is not None and new.gated != gate:
        facts = {"from": gate, "to": new.gated}
        found.append(Finding(f"gate:{new.repo_id}:{day}", FindingKind.GATE, new.repo_id, day, facts))
    return found


def settled(history: Sequence[RepoSnapshot]) -> bool:
    """Whether a repo that no listing has needs no more asking: known to be gone, or to answer under another id."""
    states = [repo.state for repo in history[:2]]
    return states == [State.GONE, State.GONE] or states[:1] == [State.RENAMED]


def _about(repo: RepoSnapshot) -> dict[str, Any]:
    return {
        "created_at": format_instant(repo.created_at) if repo.created_at else None,
        "downloads_30d": repo.downloads_30d,
        "downloads_all_time": repo.downloads_all_time,
        "gated": repo.gated,
        "pipeline_tag": repo.pipeline_tag,
        "base_models": [parent.repo_id for parent in repo.base_models or ()],
    }


def _state(key: str, repo: RepoSnapshot, day: UtcDay, state: str, **facts: Any) -> Finding:
    return _finding(FindingKind.REPO_STATE, key, repo, day, state=state, **facts)


def _finding(kind: FindingKind, key: str, repo: RepoSnapshot, day: UtcDay, **facts: Any) -> Finding:
    return Finding(key, kind, repo.repo_id, day, {**facts, "observed_at": format_instant(repo.observed_at)})
