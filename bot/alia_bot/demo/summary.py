"""What a play came to: what truly happened beside what the watch said, and where to look."""

from collections import Counter
from datetime import timedelta
from typing import Any

from alia_bot.demo.play import Played
from alia_bot.demo.winter import ANCHOR_DAY, CHRONICLE, FIRST_DAY, Happening
from alia_bot.demo.winter_repos import FLAGSHIP
from alia_watch.announcements.announcement import BY_HAND
from alia_watch.clock import UtcDay, day_end, month_days
from alia_watch.findings.notice import FindingKind, Notice
from alia_watch.pipeline.announce import confirmed
from alia_watch.pipeline.downloads import headline
from alia_watch.pipeline.reconstruct import Reconstruction, daily_series
from alia_watch.pipeline.study import study_of
from alia_watch.reports.cost_ratio import arithmetic
from alia_watch.store.announcements import announcements_of
from alia_watch.store.database import Store
from alia_watch.store.findings import notices
from alia_watch.store.links import links
from alia_watch.store.reports import report_keys

_JANUARY = month_days("2026-01")
_KINDS = {
    "launch": (FindingKind.NEW_REPO, FindingKind.SPIKE),
    "lift": (FindingKind.SPIKE,),
    "quiet": (FindingKind.SPIKE,),
    "new_repo": (FindingKind.NEW_REPO, FindingKind.SUCCESSOR),
    "sweep": (FindingKind.SPIKE,),
    "revision": (FindingKind.REVISION,),
}


def happenings(store: Store, played: Played) -> list[dict[str, Any]]:
    """The simulated truth, each with what the watch told and held of it."""
    decided = notices(store, until=played.ended_at)
    return [
        {
            "days": f"{each.first}" if each.first == each.last else f"{each.first} to {each.last:%m-%d}",
            "truly happened (simulated)": each.said,
            "the watch": _said(store, played, each, decided),
        }
        for each in CHRONICLE
    ]


def places(store: Store, played: Played, *, program: str = "alia-watch") -> list[dict[str, Any]]:
    """Where to look, and the figure everybody asks for; `program` is how commands are called here."""
    folder = played.folder
    ratio = headline(store, played.config, now=day_end(UtcDay(ANCHOR_DAY)))
    found = {language: _files(played, language) for language in ("es", "en")}
    alerts = len(report_keys(store, "alert:"))
    digest = {language: _one(files, "digest-2026-01", ".html") for language, files in found.items()}
    command = f"{program} --config {folder}/config.toml"
    return [
        {"what": "cost per download read on 2026-01-23", "look": "" if ratio.ratio is None else arithmetic(ratio)},
        {"what": f"{alerts} alerts, in Spanish", "look": f"{folder}/messages/es/*-alert-*.html"},
        *_study(store, played),
        {"what": "digest of January, in Spanish", "look": digest["es"]},
        {"what": "digest of January, in English", "look": digest["en"]},
        {"what": "its chart", "look": _one(found["es"], "digest-2026-01", "-daily.png")},
        *(
            {"what": f"a conversation with the bot, in {page.native}", "look": str(page.path)}
            for page in played.conversations
        ),
        {"what": "announcements of the winter, read over HTTP", "look": _came_in(store)},
        {"what": "the calendar", "look": f"{command} announcements list --since {FIRST_DAY}"},
        {"what": "announcements, one by one", "look": f"{command} study"},
        {"what": "cost table", "look": f"{command} --as-of 2026-01-23 cost"},
        {"what": "day counts", "look": f"{command} series BSC-LT/ALIA-40b-instruct-2512"},
        {"what": "told and held", "look": f"{command} alerts"},
    ]


def _came_in(store: Store) -> str:
    """How many announcements the simulated sources told, in how many entries, and who decided on them."""
    told = links(store)
    found = [each for each in announcements_of(store) if each.id in told]
    states = Counter(
        f"{each.state} {'by the maintainer' if each.decided.startswith(BY_HAND) else 'by rule'}" for each in found
    )
    entries = sum(len(told[each.id]) for each in found)
    said = ", ".join(f"{count} {state}" for state, count in sorted(states.items()))
    return f"{len(found)} from {entries} entries of the simulated sources: {said}"


def _study(store: Store, played: Played) -> list[dict[str, Any]]:
    """The project's question, as the digest of January answers it of the family."""
    until = day_end(UtcDay(_JANUARY[1] + timedelta(days=1)))  # the day after closes the last
    look = Reconstruction(store, played.config, now=until)
    found = study_of(look, played.config, look.family(), confirmed(store, played.config), until=_JANUARY[1])
    spikes, share = found.summary.coincidence, found.summary.share
    windows = [pair for pair in found.pairs if pair.series == FLAGSHIP and pair.window.holds(_JANUARY[1])]
    return [
        {
            "what": "spikes near announcements, up to 31 January",
            "look": f"{spikes.in_windows} of {spikes.spikes}; {spikes.expected:.1f} by chance",
        },
        {
            "what": "downloads outside event windows, up to then",
            "look": ""
            if share.share is None or share.expected is None
            else f"{share.share.value:.0%} ({share.share.low:.0%} to {share.share.high:.0%});"
            f" {share.expected:.0%} were windows as expected",
        },
        *(
            {
                "what": f"flagship, {pair.window.first} to {pair.window.last:%m-%d}",
                "look": f"{pair.observed} downloads, {pair.expected:.0f} expected; "
                f"{len(pair.window.announcements)} announcements, and no cause",
            }
            for pair in windows
            if pair.expected is not None
        ),
    ]


def _said(store: Store, played: Played, each: Happening, decided: list[Notice]) -> str:
    if each.kind == "away":
        series = daily_series(store, played.config, each.repo_ids or ["BSC-LT/ALIA-40b"], now=played.ended_at)
        spans = [i for one in series.values() for i in one.intervals if i.start <= each.last and each.first <= i.end]
        return "; ".join(
            f"a gap of {(i.end - i.start).days + 1} days, whose total of {i.total} is known" for i in spans
        )
    mine = [
        notice
        for notice in decided
        if notice.finding.kind in _KINDS[each.kind]
        and notice.finding.repo_id in each.repo_ids
        and each.first <= notice.finding.day <= each.last + timedelta(days=1)
    ]
    if not mine and each.kind == "sweep":
        moved = Reconstruction(store, played.config, now=played.ended_at).hub_wide
        days = sum(each.first <= day <= each.last for day in moved)
        return f"nothing told: the whole Hub moved on {days} of the days, and the family no further"
    if not mine:
        return "nothing told" if each.kind == "quiet" else "nothing told: no weeks before it to judge by"
    counts = Counter("told" if notice.tell else f"held, {notice.reason}" for notice in mine)
    return "; ".join(f"{count} {word}" for word, count in counts.items())


def _files(played: Played, language: str) -> list[str]:
    return sorted(str(path) for path in (played.folder / "messages" / language).iterdir())


def _one(files: list[str], part: str, ending: str) -> str:
    return next((name for name in files if part in name and name.endswith(ending)), "not made: see log.jsonl")
