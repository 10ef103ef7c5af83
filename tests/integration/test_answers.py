"""What is answered when a person asks: its figures made again by other means, its words, and its bounds."""

import copy
import json
import re
from collections.abc import Iterator
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from typing import Any

import pytest

from alia_watch.config.sections import Config
from alia_watch.pipeline.answer import Question, answer, facts, worded
from alia_watch.pipeline.ask import choice_key, repo_named
from alia_watch.pipeline.import_readings import import_file
from alia_watch.pipeline.kept_digest import digest_answer, kept_digest
from alia_watch.reports.answers import CAPTION, WORDS, AnswerKind, Choice
from alia_watch.reports.render import units
from alia_watch.reports.speech import LANGUAGES, Speech
from alia_watch.store.database import Store, open_store
from alia_watch.store.reports import report_document, save_report
from tests.made import FLAGSHIP
from tests.property.test_digest_months import HOLES
from tests.small_watch import DIGEST, FAMILY, GAP, LAST, NOW, SPIKE, day_counts, small_watch
from tests.unit.test_speech import BANNED

KINDS = tuple(AnswerKind)
DAY = timedelta(days=1)
HOSTILE = "<b>&amp;\u202e</b> 😀 {x} %s {{ 1 }} \\ ' \" <script>alert(1)</script> " + "largo " * 660
#: What every question is asked with, besides the plain ones.
QUESTIONS = (
    *(Question(kind) for kind in KINDS),
    Question(AnswerKind.COST, scenario="alia_lt3", denominator="family_without_gguf"),
    Question(AnswerKind.COST, scenario="alia_10_2", denominator="family"),
    Question(AnswerKind.COST, scenario="alia_10_2_mn5", denominator="instruct"),
    Question(AnswerKind.CHART, days=30),
    Question(AnswerKind.CHART, days=365),
    Question(AnswerKind.CHART, repo="BSC-LT/ALIA-40b", days=None),
    Question(AnswerKind.CHART, repo="nobody/nothing"),
)


@pytest.fixture
def watch(tmp_path: Path) -> Config:
    """The small watch, in the test's own folder."""
    return small_watch(tmp_path)


@pytest.fixture
def kept(watch: Config) -> Iterator[Store]:
    """Its database."""
    with open_store(watch.watch.database) as opened:
        yield opened


def rolling(repo: str) -> int:
    """The downloads of the last 30 closed days, of those that were made up."""
    return sum(count for day, count in day_counts(repo).items() if LAST - DAY * 30 < day <= LAST)


def all_time(repo: str) -> int:
    """All downloads that were made up, and the hundred before."""
    return 100 + sum(day_counts(repo).values())


def cents(amount: int, downloads: int) -> str:
    """A division by hand, half up to cents."""
    return str((Decimal(amount) / downloads).quantize(Decimal("0.01"), ROUND_HALF_UP))


def fits(choice: Choice) -> bool:
    """Whether a button has room for what it says: a scenario's has its row for itself."""
    return 0 < len(choice.label) <= (40 if choice.group == "scenario" else 30)


def test_the_status_says_what_the_counters_say(watch: Config, kept: Store) -> None:
    """The flagship's and the family's counters, the last closed day, what is missing, the cost and the digest."""
    told = answer(kept, watch, Question(AnswerKind.STATUS), "es", now=NOW)
    mine, (family, gguf) = told.document["flagship"], told.document["family"]
    apart = [repo for repo in (FLAGSHIP, *FAMILY) if "GGUF" not in repo]
    assert (mine["rolling"], mine["all_time"]) == (rolling(FLAGSHIP), all_time(FLAGSHIP))
    assert family["count"] == sum(map(rolling, apart))
    assert family["all_time"] == sum(map(all_time, apart))
    assert gguf["count"] == rolling("BSC-LT/ALIA-40b-instruct-2512-GGUF")
    assert told.document["last_day"]["count"] == day_counts(FLAGSHIP)[LAST]
    assert told.document["known"] == {"last": f"{LAST}", "days": 30, "counted": 28, "summed": 2, "missing": 0}
    assert told.document["headline"]["ratio"] == cents(10_200_000, rolling(FLAGSHIP))
    assert told.document["digest"] == DIGEST
    for words in ("lectura del 3 de febrero de 2026, 02:15 UTC", "10.200.000 € / 279 = 36.559,14 €", "enero de 2026"):
        assert words in " ".join(told.text.split())
    english = answer(kept, watch, Question(AnswerKind.STATUS), "en", now=NOW).text
    assert "€10,200,000 / 279 = €36,559.14" in english
    whole = {**told.document, "known": {"last": f"{LAST}", "days": 30, "counted": 30, "summed": 0, "missing": 0}}
    assert "each one is known" in " ".join(worded(AnswerKind.STATUS, whole, "en").text.split())


def test_a_cost_has_its_whole_arithmetic_and_what_else_can_be_asked(watch: Config, kept: Store) -> None:
    """The headline's without a choice; else what was chosen, by id or by key, with one choice of each group marked."""
    told = answer(kept, watch, Question(AnswerKind.COST), "en", now=NOW)
    assert told.document["ratio"]["ratio"] == cents(10_200_000, rolling(FLAGSHIP))
    assert told.document["all_time"]["ratio"] == cents(10_200_000, all_time(FLAGSHIP))
    assert told.document["monthly"]["ratio"] == cents(10_200_000, rolling(FLAGSHIP) * 36)
    keys = {"scenario": choice_key("alia_lt3"), "denominator": choice_key("family_without_gguf")}
    other = answer(kept, watch, Question(AnswerKind.COST, **keys), "en", now=NOW)
    apart = sum(rolling(repo) for repo in (FLAGSHIP, *FAMILY) if "GGUF" not in repo)
    assert other.document["ratio"]["ratio"] == cents(3_000_000, apart)
    assert f"≤ €3,000,000 / {apart} = ≤ €" in other.text
    chosen = [(each.group, each.key) for each in other.choices if each.chosen]
    assert chosen == [("scenario", keys["scenario"]), ("denominator", keys["denominator"])]
    assert all(fits(each) and len(each.key) == 8 for each in other.choices)
    labels = [each.label for each in other.choices if each.group == "scenario"]
    assert "Más de 150 M€ de MareNostrum 5" in labels  # what its name adds in brackets has no room
    assert len(set(labels)) == len(labels)
    assert len({(each.group, each.key) for each in other.choices}) == len(other.choices)


def test_a_choice_that_is_no_more_falls_back_on_the_headline(watch: Config, kept: Store) -> None:
    """An old button of a scenario that the configuration has left."""
    told = answer(kept, watch, Question(AnswerKind.COST, scenario="deadbeef", denominator="gone"), "en", now=NOW)
    assert told.document["ratio"]["scenario"] == "alia_10_2"
    assert next(each.chosen for each in told.choices if each.group == "denominator")


@pytest.mark.parametrize(("language", "words"), [("es", "no se da"), ("en", "not given")])
def test_a_cost_that_would_not_be_honest_says_why(watch: Config, kept: Store, language: str, words: str) -> None:
    """Repos that are counted in different units have no common ratio; the amount is still there."""
    told = answer(kept, watch, Question(AnswerKind.COST, denominator="family"), language, now=NOW)
    assert told.document["ratio"]["ratio"] is None
    assert words in told.text
    assert "GGUF" in told.text
    assert "/ 279" not in told.text
    assert Speech(language).money(Decimal(10_200_000)).replace("\xa0", " ") in told.text


def test_an_amount_that_may_not_be_summed_leaves_the_downloads(watch: Config, kept: Store) -> None:
    """Where it is the money that is in question, how many downloads there were is said all the same."""
    document = facts(kept, watch, Question(AnswerKind.COST), now=NOW)
    refused = {"reason": "no_source", "detail": HOSTILE}
    document["ratio"] |= {"ratio": None, "amount": None, "items": [], "refused": refused, "low": None, "high": None}
    told = worded(AnswerKind.COST, document, "en")
    assert "an amount without a source enters no sum" in " ".join(told.text.split())
    assert "Downloads in the last 30 days, the flagship: 279 (read on February 3, 2026" in " ".join(told.text.split())
    assert "\u202e" not in told.text


def test_a_chart_marks_what_is_known_of_its_days(watch: Config, kept: Store) -> None:
    """Spikes, announcements newest first, and the gap; and the words beneath it are of the same days."""
    told = answer(kept, watch, Question(AnswerKind.CHART, days=30), "es", now=NOW)
    drawn = {each["day"]: each["count"] for each in told.document["chart"]["days"]}
    first = LAST - DAY * 29
    assert list(drawn) == [f"{first + DAY * n}" for n in range(30)]
    assert all(drawn[f"{day}"] == day_counts(FLAGSHIP)[day] for day in map(date.fromisoformat, drawn) if day not in GAP)
    assert [drawn[f"{day}"] for day in GAP] == [None, None]
    gap = sum(day_counts(FLAGSHIP)[day] for day in GAP)
    assert told.document["chart"]["intervals"] == [{"start": f"{GAP[0]}", "end": f"{GAP[1]}", "total": gap}]
    assert told.document["total"]["count"] == sum(day_counts(FLAGSHIP)[first + DAY * n] for n in range(30))
    assert [each["facts"]["peak"] for each in told.document["spikes"]] == [f"{min(SPIKE)}"]
    assert [each["date"] for each in told.document["announcements"]] == ["2026-01-26", "2026-01-26"]
    assert "28 de 30" in told.text
    assert told.chart is not None
    assert "61" in told.chart.alt
    json.dumps(told.chart.definition(), allow_nan=False)


@pytest.mark.parametrize("days", [90, 365, None])
def test_a_chart_of_more_days_than_are_known_starts_with_the_first_known(
    watch: Config, kept: Store, days: int | None
) -> None:
    """Nothing before the first reading is drawn, and an axis of many days has at most five names."""
    told = answer(kept, watch, Question(AnswerKind.CHART, days=days), "en", now=NOW)
    shown = [each["day"] for each in told.document["chart"]["days"]]
    assert len(shown) == (90 if days == 90 else 119)
    assert told.chart is not None
    definition = json.dumps(told.chart.definition())
    assert max(len(names) for names in re.findall(r'"values": (\["\d{4}[^\]]*\])', definition)) < 80


def test_an_unusual_day_is_told_with_what_was_expected_and_what_coincides(watch: Config, kept: Store) -> None:
    """Its count and interval, the announcements of its days, that nothing led to anything, and what would be seen."""
    told = answer(kept, watch, Question(AnswerKind.SPIKES), "en", now=NOW)
    (spike,) = told.document["spikes"]
    assert spike["facts"]["observed"] == SPIKE[date(2026, 1, 26)]
    before = [count for day, count in day_counts(FLAGSHIP).items() if day < date(2026, 1, 26)]
    assert abs(spike["facts"]["expected"] - sum(before[-60:]) / 60) < 2
    assert spike["facts"]["lift_low"] < spike["facts"]["lift"] < spike["facts"]["lift_high"]
    assert {each["date"] for each in spike["announcements"]} == {"2026-01-26"}
    words = " ".join(told.text.split())
    assert "It coincides in time with: Jan 26, 2026 · infrastructure · 129 M€" in words
    assert "does not mean that one led to the other" in words
    assert "From the digest of January 2026." in words


def test_what_moved_the_whole_hub_is_said_of_no_repo(watch: Config, kept: Store) -> None:
    """Nor is an announcement made up where none falls near; what is named of many is counted, and older ones too."""
    document = facts(kept, watch, Question(AnswerKind.SPIKES), now=NOW)
    spike = document["spikes"][0]
    many = {**spike, "announcements": spike["announcements"] * 3}
    document["spikes"] = [{**spike, "hub_wide": True, "announcements": []}, many]
    words = " ".join(worded(AnswerKind.SPIKES, {**document, "more": 2}, "en").text.split())
    assert "the whole Hub moved, not this repo. No known announcement falls in the days before it." in words
    assert "; 3 more." in words
    assert "2 older ones are kept." in words


def test_announcements_come_newest_first_and_none_of_the_future(watch: Config, kept: Store) -> None:
    """At most eight, up to today in Madrid, with what the kept study says of each, or that it is not known."""
    told = answer(kept, watch, Question(AnswerKind.ANNOUNCEMENTS), "en", now=NOW)
    dates = [each["date"] for each in told.document["announcements"]]
    assert len(dates) == 8
    assert dates == sorted(dates, reverse=True)
    assert dates[0] == "2026-01-26"
    window = told.document["study"]["windows"][0]
    days = [date(2026, 1, 25) + DAY * n for n in range(7)]
    assert window["observed"] == sum(day_counts(FLAGSHIP)[day] for day in days)
    asked = {name for each in told.document["study"]["windows"] for name in each["announcements"]}
    assert {each["id"] for each in told.document["announcements"]} == asked | set(told.document["unknown"])
    assert "For one of the announcements above, this is not known yet." in told.text


def test_models_stand_beside_one_another_over_the_same_window(watch: Config, kept: Store) -> None:
    """The flagship first, then the others by their last 30 days, each the sum of its repos."""
    told = answer(kept, watch, Question(AnswerKind.COMPARE), "en", now=NOW)
    assert told.document["beside"]["rolling"] == rolling(FLAGSHIP)
    for each in told.document["comparators"]:
        assert each["rolling"] == sum(map(rolling, each["repos"])), each["name"]
    listed = re.findall(r"^- (.+): ([\d,]+) \(", told.text, re.MULTILINE)
    assert listed[0][0] == FLAGSHIP
    counts = [int(count.replace(",", "")) for _, count in listed[1:]]
    assert counts == sorted(counts, reverse=True)
    assert len(counts) == len(watch.comparator)


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_answer_has_a_hole_a_verdict_or_too_many_words(watch: Config, kept: Store, language: str) -> None:
    """In every language; and each says first that it is simulated, and last what a download is."""
    speech = Speech(language)
    for question in QUESTIONS:
        told = answer(kept, watch, question, language, now=NOW)
        json.dumps(told.document, allow_nan=False)
        _sound(told.text)
        assert units(told.markup) <= (CAPTION if told.chart else WORDS)
        assert speech.get("SIMULATED DATA: no figure here is a reading") in told.text.splitlines()[0]
        assert speech.get("How it is counted") in " ".join(told.text.split())
        real = worded(question.kind, {**told.document, "simulated": False}, language)
        assert speech.get("SIMULATED") not in real.text


@pytest.mark.parametrize("language", LANGUAGES)
def test_words_of_others_keep_their_place(watch: Config, kept: Store, language: str) -> None:
    """Markup, marks that turn text, faces, addresses and 4,000 letters in every name and title; many of each."""
    for question in (*(Question(kind) for kind in KINDS), Question(AnswerKind.COST, denominator="family")):
        document = _attacked(facts(kept, watch, question, now=NOW))
        told = worded(question.kind, document, language)
        assert units(told.markup) <= (CAPTION if told.chart else WORDS), (question, units(told.markup))
        assert "<script" not in told.markup
        assert "<b>&amp;" not in told.markup
        assert "\u202e" not in told.markup + told.text
        assert len(told.markup) < 3 * WORDS
        assert all(fits(each) for each in told.choices)
        if told.chart:
            json.dumps(told.chart.definition(), allow_nan=False)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_watch_that_has_read_nothing_says_so(config: Config, store: Store, language: str) -> None:
    """Every question has an answer, and none of them a figure of downloads."""
    for question in (*(Question(kind) for kind in KINDS), Question(AnswerKind.CHART, repo=FLAGSHIP, days=None)):
        told = answer(store, config, question, language, now=NOW)
        _sound(told.text)
        assert told.chart is None
    assert digest_answer(store, config, None, language, now=NOW) is None


def test_what_is_not_known_is_said_to_be_not_known(config: Config, store: Store) -> None:
    """In the words of each answer of a watch that has read nothing."""
    said = {kind: " ".join(answer(store, config, Question(kind), "en", now=NOW).text.split()) for kind in KINDS}
    assert "Last 30 days: not known All time: not known Likes: not known" in said[AnswerKind.STATUS]
    assert "never read" in said[AnswerKind.STATUS]
    assert "No day of the flagship is known yet." in said[AnswerKind.STATUS]
    assert "There is no digest yet." in said[AnswerKind.STATUS]
    assert f"not given: there is no reading of {FLAGSHIP}" in said[AnswerKind.COST]
    assert f"No day of {FLAGSHIP} is known yet." in said[AnswerKind.CHART]
    assert "No unusual day was found in the family." in said[AnswerKind.SPIKES]
    assert "too few days are known to tell what would be unusual" in said[AnswerKind.SPIKES]
    assert "That is not known yet." in said[AnswerKind.ANNOUNCEMENTS]
    assert f"{FLAGSHIP}: not known" in said[AnswerKind.COMPARE]
    assert " 0 " not in said[AnswerKind.COMPARE]


def test_one_reading_gives_counters_and_no_day(config: Config, store: Store, tmp_path: Path) -> None:
    """The rolling count is there, and the cost; the day it closes is not known, and no chart is drawn."""
    _read(store, tmp_path, [("2026-02-02", 174, 900)])
    told = answer(store, config, Question(AnswerKind.STATUS), "en", now=NOW)
    assert told.document["flagship"]["rolling"] == 174
    assert (told.document["known"]["missing"], told.document["known"]["counted"]) == (30, 0)
    assert "the last closed day: not known." in " ".join(told.text.split())
    assert "€10,200,000 / 174 = €58,620.69" in told.text
    assert answer(store, config, Question(AnswerKind.CHART), "en", now=NOW).chart is None
    _read(store, tmp_path, [("2026-02-02", 174, 900), ("2026-02-03", 175, 907)])
    one = answer(store, config, Question(AnswerKind.CHART), "en", now=NOW)
    assert one.document["total"]["count"] == 7
    assert one.chart is not None
    json.dumps(one.chart.definition(), allow_nan=False)


def test_an_old_reading_says_its_age(watch: Config, kept: Store) -> None:
    """Nobody takes it for today's; and models that were not read of late are not known."""
    later = NOW + DAY * 9
    told = answer(kept, watch, Question(AnswerKind.STATUS), "en", now=later)
    assert "a reading 9 days old" in " ".join(told.text.split())
    assert f"{FLAGSHIP}: not known" in answer(kept, watch, Question(AnswerKind.COMPARE), "en", now=later).text


@pytest.mark.parametrize("language", ["es", "en"])
def test_a_kept_digest_is_given_as_it_was_kept(watch: Config, kept: Store, language: str) -> None:
    """The newest without a month; the month's own with one."""
    for month in (None, DIGEST):
        messages = digest_answer(kept, watch, month, language, now=NOW)
        assert messages
        assert {each.report_key for each in messages} == {f"digest:{DIGEST}"}
    document = report_document(kept, f"digest:{DIGEST}")
    found = kept_digest(kept, now=NOW)
    assert found is not None
    assert found.document == document


def test_a_digest_that_nobody_kept_is_made_where_its_month_is_over(watch: Config, kept: Store) -> None:
    """Not of a month that goes on, of one before the first reading, nor of what is no month; and it is not kept."""
    messages = digest_answer(kept, watch, "2025-12", "en", now=NOW)
    assert messages
    assert "December 2025" in messages[0].text
    assert report_document(kept, "digest:2025-12") is None
    for month in ("2026-02", "2026-03", "2020-01", "enero", "2026-13"):
        assert digest_answer(kept, watch, month, "en", now=NOW) is None, month


def test_a_digest_that_is_held_is_shown_to_nobody(watch: Config, kept: Store) -> None:
    """Neither by its month nor as the newest, and no figure of it in another answer, until its time has come."""
    document = report_document(kept, f"digest:{DIGEST}")
    assert document is not None
    held = {**document, "month": "2025-12"}
    save_report(kept, "digest:2025-12", "digest", held, now=NOW, hold_until=NOW + DAY)
    assert digest_answer(kept, watch, "2025-12", "en", now=NOW) is None
    assert digest_answer(kept, watch, "2025-12", "en", now=NOW + DAY)
    newer = {**document, "month": "2026-02"}
    save_report(kept, "digest:2026-02", "digest", newer, now=NOW, hold_until=NOW + DAY)
    status = answer(kept, watch, Question(AnswerKind.STATUS), "en", now=NOW)
    assert status.document["digest"] == DIGEST


def test_what_a_person_types_finds_a_watched_repo(watch: Config, kept: Store) -> None:
    """The flagship by the family's name; another by its end, in any case; and the nearest where nothing fits."""
    assert repo_named(kept, watch, "alia", now=NOW).repo_id == FLAGSHIP
    assert repo_named(kept, watch, "alia-40B", now=NOW).repo_id == "BSC-LT/ALIA-40b"
    wrong = repo_named(kept, watch, "ALIA-40b-instruct-2061", now=NOW)
    assert wrong.repo_id is None
    assert wrong.near[0] == "BSC-LT/ALIA-40b-instruct-2601"
    assert len(wrong.near) <= 3


def _read(store: Store, folder: Path, rows: list[tuple[str, int, int]]) -> None:
    path = folder / f"{len(rows)}.csv"
    lines = (f"{day},{FLAGSHIP},{recent},{total}" for day, recent, total in rows)
    path.write_text("\n".join(("date,repo_id,downloads_30d,downloads_all_time", *lines)) + "\n", encoding="utf-8")
    import_file(store, path, now=NOW)


def _sound(text: str) -> None:
    words = re.sub(r"https?://\S+|«[^»]*»|“[^”]*”", "", text)
    assert not HOLES.search(words), (HOLES.search(words), words)
    words = re.sub(r"(?m)^- .* · .*(\n  .*)*", "", words)  # titles of others
    assert not BANNED.search(words), BANNED.search(words)


def _attacked(document: dict[str, Any]) -> dict[str, Any]:
    """A document whose names and titles are hostile, and whose lists are long."""
    made = copy.deepcopy(document)
    for each in (made, *made.get("spikes", ())):
        if each.get("announcements"):
            each["announcements"] = [
                {**one, "title": HOSTILE, "publisher": HOSTILE} for one in each["announcements"] * 10
            ]
            each["announcements"][0]["url"] = "https://example.org/" + "a" * 4000
    for name in ("spikes", "comparators", "scenarios"):
        if made.get(name):
            made[name] = made[name] * 12
    for each in made.get("comparators", ()):
        each["name"] = HOSTILE
    for each in made.get("scenarios", ()):
        each["name"] = HOSTILE
    for name in ("ratio", "all_time", "monthly"):
        if made.get(name):
            made[name]["scenario_name"] = HOSTILE
            made[name]["items"] = [{**one, "covers": HOSTILE} for one in made[name]["items"] * 40]
            made[name]["downloads"]["repos"] = made[name]["downloads"]["repos"] * 40
    if "family_name" in made:
        made["family_name"] = HOSTILE
        made["groups"] = dict.fromkeys(made["groups"], HOSTILE)
    return made
