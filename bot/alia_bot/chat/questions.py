"""Questions about figures: which answer is meant, and what can be pressed beneath it."""

import re
from dataclasses import replace

from alia_bot.chat.asking import Asking
from alia_bot.chat.reply import CHOSEN, Buttons, Reply, packed, rows, say
from alia_bot.health import brief
from alia_watch import clock
from alia_watch.audience.message import Button
from alia_watch.pipeline.answer import Answer, Question
from alia_watch.pipeline.ask import choice_key, flagship, repo_named
from alia_watch.pipeline.kept_digest import digest_answer
from alia_watch.reports.answers import AnswerKind
from alia_watch.reports.blocks import Paragraph
from alia_watch.reports.outside import outside, quotable
from alia_watch.store.messages import message_sent
from alia_watch.store.readings import repo_ids
from alia_watch.store.reports import report_keys

#: The lengths a chart can have, as they are typed and pressed.
LENGTHS = {"30d": 30, "90d": 90, "1y": 365, "all": None}
_LENGTH = re.compile(
    r"\b(?P<days>30|90|365)(?:\s*(?:d|days?|d[ií]as?|dies|egun))?\b"
    r"|\b(?P<year>1\s*(?:y|a|years?|años?|anys?|anos?|urte))\b"
    r"|\b(?P<all>all|todo|tot|dena)\b",
    re.IGNORECASE,
)
#: A length that no chart has.
_OTHER_LENGTH = re.compile(r"\d+\s*[^\W\d_]{0,9}")
#: The number of a message, as the database gives it.
_NUMBER = re.compile(r"\d{1,18}", re.ASCII)
#: So many months of digests are offered.
_MONTHS = 3


def status(asked: Asking) -> list[Reply]:
    """`/status`; last of all, whether the watch itself is well."""
    found, get = _plain(asked, AnswerKind.STATUS), asked.speech.get
    faults = brief(asked.store, asked.config, now=asked.now)
    well = get("The watch is well.") if not faults else get("The watch is not well; its maintainers know.")
    return [replace(found, markup=f"{found.markup}\n\n{well}", plain=f"{found.plain.rstrip()}\n\n{well}\n")]


def spikes(asked: Asking) -> list[Reply]:
    """`/spikes`."""
    return [_plain(asked, AnswerKind.SPIKES)]


def announcements(asked: Asking) -> list[Reply]:
    """`/announcements`."""
    return [_plain(asked, AnswerKind.ANNOUNCEMENTS)]


def compare(asked: Asking) -> list[Reply]:
    """`/compare`."""
    return [_plain(asked, AnswerKind.COMPARE)]


def cost(asked: Asking) -> list[Reply]:
    """`/cost`: the headline, with buttons for the other scenarios and denominators."""
    return [_cost(asked, Question(AnswerKind.COST))]


def cost_choice(asked: Asking, action: str) -> list[Reply]:
    """Another scenario or denominator, in the same message."""
    scenario, _, denominator = action.partition(":")
    question = Question(AnswerKind.COST, scenario=scenario or None, denominator=denominator or None)
    return [replace(_cost(asked, question), edits=True)]


def chart(asked: Asking) -> list[Reply]:
    """`/chart [repo] [30d|90d|1y|all]`."""
    words = asked.incoming.words
    found = _LENGTH.search(words)
    length = "90d" if found is None else _length(found)
    named = _LENGTH.sub("", words).strip()
    if _OTHER_LENGTH.fullmatch(named):
        return [_lengths(asked)]
    repo = flagship(asked.config, asked.now)
    if named:
        meant = repo_named(asked.store, asked.config, named, now=asked.now)
        if meant.repo_id is None:
            return [_which(asked, named, meant.near, length)]
        repo = meant.repo_id
    return [_chart(asked, repo, length)]


def chart_choice(asked: Asking, action: str) -> list[Reply]:
    """Another length, or one of the repos that were near."""
    name, _, length = action.partition(":")
    known = asked.config.watched(repo_ids(asked.store))
    repo = next((each for each in known if choice_key(each) == name), None)
    if repo is None or length not in LENGTHS:
        return [Reply(toast=asked.speech.get("This button is too old. Ask again, please."))]
    return [_chart(asked, repo, length)]


def digest(asked: Asking) -> list[Reply]:
    """`/digest [month]`: the newest, or a month's; with its picture, and whole as a page."""
    words = asked.incoming.words
    try:
        month = f"{clock.month_days(words)[0]:%Y-%m}" if words else None
    except ValueError:
        hint = asked.speech.get("Write the month as 2026-01.")
        return [say([Paragraph(hint)], _months(asked))]
    return _digest(asked, month)


def digest_choice(asked: Asking, month: str) -> list[Reply]:
    """A month that was offered."""
    return _digest(asked, month)


def show(asked: Asking, name: str) -> list[Reply]:
    """A message in full that a summary named: one that was sent to this very chat, and no other."""
    who = asked.subscriber
    parts = message_sent(asked.store, int(name), who.id) if who is not None and _NUMBER.fullmatch(name) else []
    if not parts:
        return [Reply(toast=asked.speech.get("This button is too old. Ask again, please."))]
    return [
        Reply(
            each.markup,
            each.text,
            each.buttons,
            image=each.images[0] if each.images else None,
            file=each.attachments[0] if each.attachments else None,
        )
        for each in parts
    ]


def _plain(asked: Asking, kind: AnswerKind) -> Reply:
    found = asked.tools.answers.answer(asked.store, Question(kind), asked.speech.language, now=asked.now)
    return Reply(found.markup, found.text)


def _cost(asked: Asking, question: Question) -> Reply:
    found = asked.tools.answers.answer(asked.store, question, asked.speech.language, now=asked.now)
    return Reply(found.markup, found.text, _choices(found))


def _choices(found: Answer) -> Buttons:
    """The scenarios first, each beside its row of denominators; a press keeps the other choice."""
    chosen = {each.group: each.key for each in found.choices if each.chosen}
    buttons: list[tuple[Button, ...]] = []
    for group in ("scenario", "denominator"):
        of_group = []
        for each in found.choices:
            if each.group == group:
                keys = chosen | {group: each.key}
                name = each.label[:1].upper() + each.label[1:]
                label = f"{CHOSEN}{name}" if each.chosen else name
                of_group.append(Button(label, f"cost:{keys['scenario']}:{keys['denominator']}"))
        buttons += rows(of_group, 1) if group == "scenario" else packed(of_group)
    return tuple(buttons)


def _chart(asked: Asking, repo: str, length: str) -> Reply:
    question = Question(AnswerKind.CHART, repo=repo, days=LENGTHS[length])
    found, image = asked.tools.answers.picture(asked.store, question, asked.speech.language, now=asked.now)
    return Reply(found.markup, found.text, _length_buttons(asked, choice_key(repo), length), image)


def _length(found: re.Match[str]) -> str:
    if found["days"]:
        return {"30": "30d", "90": "90d"}.get(found["days"], "1y")
    return "1y" if found["year"] else "all"


def _lengths(asked: Asking) -> Reply:
    """The lengths there are, for who asked for another."""
    key = choice_key(flagship(asked.config, asked.now))
    words = asked.speech.get("A chart shows 30 days, 90 days, a year, or all there is:")
    return say([Paragraph(words)], _length_buttons(asked, key, ""))


def _length_buttons(asked: Asking, key: str, chosen: str) -> Buttons:
    get = asked.speech.get
    labels = {"30d": get("30 days"), "90d": get("90 days"), "1y": get("1 year"), "all": get("All")}
    buttons = [
        Button(f"{CHOSEN}{label}" if name == chosen else label, f"chart:{key}:{name}") for name, label in labels.items()
    ]
    return rows(buttons)


def _which(asked: Asking, words: str, near: tuple[str, ...], length: str) -> Reply:
    get = asked.speech.get
    if not near:
        none = get(
            "No repo that is watched is called “{words}”.", words=quotable(outside(words, 100), asked.speech.language)
        )
        hint = get("Without a name, /chart shows {repo}.", repo=outside(flagship(asked.config, asked.now)))
        return say([Paragraph(none), Paragraph(hint)])
    text = get(
        "No repo that is watched is called “{words}”. Did you mean one of these?",
        words=quotable(outside(words, 100), asked.speech.language),
    )
    return say([Paragraph(text)], rows([Button(each, f"chart:{choice_key(each)}:{length}") for each in near], 1))


def _digest(asked: Asking, month: str | None) -> list[Reply]:
    with asked.tools.answers.drawing() as charts:
        found = digest_answer(asked.store, asked.config, month, asked.speech.language, now=asked.now, charts=charts)
    if found is None:
        return [say([Paragraph(asked.speech.get("There is no digest of that month."))], _months(asked))]
    return [
        Reply(
            each.markup,
            each.text,
            image=each.images[0] if each.images else None,
            file=each.attachments[0] if each.attachments else None,
        )
        for each in found
    ]


def _months(asked: Asking) -> Buttons:
    """The newest digests there are."""
    months = sorted((key.partition(":")[2] for key in report_keys(asked.store, "digest:")), reverse=True)[:_MONTHS]
    labels = [(each, asked.speech.short_month(clock.month_days(each)[0])) for each in months]
    return rows([Button(label, f"digest:{each}") for each, label in labels], 3)
