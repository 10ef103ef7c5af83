"""What one section says of another: ids that name something, once; repos that are in one role only.

The checks read the document as written, before it has become sections, and step over whatever has the wrong shape:
so a fault in one place does not hide those in another, and every fault is told at once.
"""

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from alia_watch.config.faults import Fault, nearest
from alia_watch.config.places import Path
from alia_watch.config.sections import CostsSection
from alia_watch.series.family import Family

Table = Mapping[str, Any]
_DATED = re.compile(r"\d{4}-\d{2}(-\d{2})?-[a-z0-9]")
#: Denominators that are no group of the family.
BUILT_IN = ("flagship", "family", "family_without_gguf")


def faults(document: Table) -> list[Fault]:
    """Every fault between the sections of a document, in the order of the sections."""
    checks = (_twice, _groups, _roles, _cost_items, _scenarios, _headline, dates, _sources, _subscribers, _tokens)
    return [fault for check in checks for fault in check(document)]


def _table(value: Any, *keys: str) -> Table:
    for key in keys:
        value = value.get(key) if isinstance(value, Mapping) else None
    return value if isinstance(value, Mapping) else {}


def _tables(document: Table, *keys: str) -> list[tuple[Path, Table]]:
    """The tables of a `[[list]]` with their paths; whatever is no table is left out."""
    items = _table(document, *keys[:-1]).get(keys[-1])
    if not isinstance(items, list):
        return []
    return [((*keys, index), item) for index, item in enumerate(items) if isinstance(item, Mapping)]


def _text(table: Table, key: str) -> str | None:
    value = table.get(key)
    return value.strip() if isinstance(value, str) else None


def _texts(table: Table, key: str) -> list[tuple[int, str]]:
    items = table.get(key)
    if not isinstance(items, list):
        return []
    return [(index, item.strip()) for index, item in enumerate(items) if isinstance(item, str)]


def _ids(document: Table, *keys: str) -> list[str]:
    return [name for _, item in _tables(document, *keys) if (name := _text(item, "id"))]


def _repeated(names: Sequence[tuple[Path, str]], what: str) -> Iterator[Fault]:
    counts = Counter(name for _, name in names)
    seen: set[str] = set()
    for path, name in names:
        if counts[name] > 1 and name in seen:
            yield Fault(path, f"{name} is given twice", what)
        seen.add(name)


def _twice(document: Table) -> Iterator[Fault]:
    lists = (("family", "group"), ("cost",), ("scenario",), ("announcement",), ("source",))
    for keys in lists:
        named = [((*path, "id"), name) for path, item in _tables(document, *keys) if (name := _text(item, "id"))]
        yield from _repeated(named, "an id names one thing: rename one, or remove it")
    flagships = [((*p, "from"), s) for p, item in _tables(document, "family", "flagship") if (s := _text(item, "from"))]
    yield from _repeated(flagships, "one flagship begins on a day: remove the second")
    comparators = [((*p, "name"), n) for p, item in _tables(document, "comparator") if (n := _text(item, "name"))]
    yield from _repeated(comparators, "a comparator has one entry: remove the second")
    repos = [(("basket", "repos", i), repo) for i, repo in _texts(_table(document, "basket"), "repos")]
    yield from _repeated(repos, "a control repo counts once: remove the second")
    times = [(("hub", "read_at", i), at) for i, at in _texts(_table(document, "hub"), "read_at")]
    yield from _repeated(times, "each time of day is read once: remove the second")


def _groups(document: Table) -> Iterator[Fault]:
    for path, group in _tables(document, "family", "group"):
        if (name := _text(group, "id")) in BUILT_IN:
            yield Fault((*path, "id"), f"{name} is a denominator of its own", "choose another id for this group")


def _family(document: Table) -> Family | None:
    family = _table(document, "family")
    patterns = tuple(pattern for _, pattern in _texts(family, "patterns"))
    exclude = tuple(pattern for _, pattern in _texts(family, "exclude"))
    return Family("", "", patterns, (), (), exclude) if patterns else None


def _roles(document: Table) -> Iterator[Fault]:
    """The flagship is of the family; controls and comparators are not, and no repo is both of these."""
    family = _family(document)
    if family is None:
        return
    for path, flagship in _tables(document, "family", "flagship"):
        repo = _text(flagship, "repo")
        if repo and not family.has(repo):
            yield Fault((*path, "repo"), f"{repo} is not in the family", "add a pattern for it to family.patterns")
    compared: dict[str, str] = {}
    for path, comparator in _tables(document, "comparator"):
        for index, repo in _texts(comparator, "repos"):
            compared[repo] = _text(comparator, "name") or "a comparator"
            if family.has(repo):
                yield Fault((*path, "repos", index), f"{repo} is of the family", "a comparator stands beside it")
    for index, repo in _texts(_table(document, "basket"), "repos"):
        if family.has(repo):
            yield Fault(("basket", "repos", index), f"{repo} is of the family", "a control repo must be unrelated")
        elif repo in compared:
            what = f"{repo} is also a repo of the comparator {compared[repo]}"
            yield Fault(("basket", "repos", index), what, "a control repo must be unrelated")


def _cost_items(document: Table) -> Iterator[Fault]:
    known = _ids(document, "cost")
    for path, item in _tables(document, "cost"):
        for index, other in _texts(item, "overlaps"):
            if other == _text(item, "id"):
                yield Fault((*path, "overlaps", index), "an item cannot overlap itself", "remove it")
            elif other not in known:
                yield Fault((*path, "overlaps", index), f"{other} is no cost item", nearest(other, known))


def _scenarios(document: Table) -> Iterator[Fault]:
    items = {name: item for _, item in _tables(document, "cost") if (name := _text(item, "id"))}
    for path, scenario in _tables(document, "scenario"):
        chosen = _texts(scenario, "items")
        for index, name in chosen:
            if name not in items:
                yield Fault((*path, "items", index), f"{name} is no cost item", nearest(name, items))
            elif not _text(items[name], "source"):
                what = f"the cost item {name} has no source and enters no scenario"
                yield Fault((*path, "items", index), what, "give its source, or leave it out")
        yield from _repeated(
            [((*path, "items", i), name) for i, name in chosen], "an amount is summed once: remove the second"
        )
        for name in _table(scenario, "shares"):
            if name not in {item for _, item in chosen}:
                what = f"a share is given for {name}, which is not among this scenario's items"
                yield Fault((*path, "shares", name), what, nearest(name, {item for _, item in chosen}))


def _headline(document: Table) -> Iterator[Fault]:
    costs = _table(document, "costs")
    headline = _text(costs, "headline_scenario")
    scenarios = _ids(document, "scenario")
    if headline and headline not in scenarios:
        what = f"{headline} is no scenario"
        yield Fault(("costs", "headline_scenario"), what, nearest(headline, scenarios))
    groups = _ids(document, "family", "group")
    known = [*BUILT_IN, *groups]
    if "denominators" in costs:
        for index, name in _texts(costs, "denominators"):
            if name not in known:
                yield Fault(("costs", "denominators", index), f"{name} is no denominator", nearest(name, known))
    else:
        for name in CostsSection.model_fields["denominators"].default:
            if name not in known and costs:
                what = f"the family has no group {name}, which costs.denominators names where it is not given"
                yield Fault(("costs",), what, "write costs.denominators, or add the group")
    main = _text(costs, "headline_denominator")
    if main and main not in known:
        yield Fault(("costs", "headline_denominator"), f"{main} is no denominator", nearest(main, known))
    announced = _ids(document, "announcement")
    for index, name in _texts(costs, "since"):
        # One that comes in from a source has an id that begins with its date, and cannot be known here.
        if name not in announced and not (_tables(document, "source") and _DATED.match(name)):
            yield Fault(("costs", "since", index), f"{name} is no announcement", nearest(name, announced))


def dates(document: Table) -> Iterator[Fault]:
    """An announcement's last day is not before its first, and a month has none."""
    for path, item in _tables(document, "announcement"):
        first, last = _text(item, "date"), _text(item, "date_end")
        if not first or not last:
            continue
        if len(first) == len("2026-01"):
            yield Fault((*path, "date_end"), "a month has no last day", "give date as a day, or remove date_end")
        elif _day(first) and _day(last) and last < first:
            yield Fault((*path, "date_end"), f"{last} is before {first}", "the last day comes after the first")


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _sources(document: Table) -> Iterator[Fault]:
    """Every source has phrases to look for, its own or those of all; the Hub's repos are chosen by the family."""
    shared = _texts(_table(document, "sources"), "must")
    for path, source in _tables(document, "source"):
        if _text(source, "kind") != "hub" and source.get("on", True) and not (_texts(source, "must") or shared):
            mend = 'give it must = ["…"], or give sources.must for all of them'
            yield Fault(path, "this source has no phrase to look for, and would take in everything", mend)


def _tokens(document: Table) -> Iterator[Fault]:
    """The token that reads the Hub goes to everything that reads it: it is not the one that may write."""
    read, write = _table(document, "hub", "token"), _table(document, "backup", "copy_token")
    if read and read == write:
        what = "this is the token that reads the Hub"
        yield Fault(("backup", "copy_token"), what, "make one that may write to backup.copy_to_repo and nothing else")


def _subscribers(document: Table) -> Iterator[Fault]:
    on = _table(document, "channels") if "channels" in document else {"folder": {}}
    receivers = []
    for path, subscriber in _tables(document, "subscriber"):
        channel, address = _text(subscriber, "channel"), _text(subscriber, "address")
        if channel in ("telegram", "email", "folder") and channel not in on:
            what = f"the channel {channel} is not switched on"
            yield Fault((*path, "channel"), what, f"add [channels.{channel}], or change this subscriber's channel")
        if channel and address:
            receivers.append(((*path, "address"), f"{channel}:{address}"))
    yield from _repeated(receivers, "a receiver has one entry: remove the second")
