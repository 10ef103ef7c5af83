"""From stored readings to spikes, decisions and costs, and what the command line says of them."""

import json
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from alia_watch.config.sections import Config
from alia_watch.costs.ledger import Refusal
from alia_watch.findings.notice import Reason
from alia_watch.pipeline.detect import detect, detections
from alia_watch.pipeline.downloads import cost_ratios, downloads, headline, month_ratios
from alia_watch.pipeline.reconstruct import learnt_hub, movements
from alia_watch.series.snapshot import HubReading, RepoSnapshot, State
from alia_watch.store.database import Store, open_store
from alia_watch.store.findings import findings, notices
from alia_watch.store.snapshots import save_hub_reading
from tests.command import alia_watch
from tests.made import FLAGSHIP, LAUNCH, made_config, made_file
from tests.stored import BASE, CONTROLS, GGUF, counts, history

SPIKE = date(2026, 1, 26)
NOW = datetime(2026, 1, 28, 9, 30, tzinfo=UTC)


@pytest.fixture
def config(tmp_path: Path) -> Config:
    """A small watch, that tells of no round amounts."""
    return made_config(tmp_path, costs={"thresholds": []})


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """Two months of the flagship with a burst on 26 January, its base model, a GGUF repo and quiet controls."""
    quiet = {repo: counts(mean=4) for repo in CONTROLS}
    with history(tmp_path, {FLAGSHIP: counts(SPIKE), BASE: counts(mean=12), GGUF: counts(mean=3), **quiet}) as made:
        yield made


def test_a_spike_is_found_told_and_never_twice(store: Store, config: Config) -> None:
    """With every announcement whose window it falls in; a second detection adds and decides nothing."""
    first = detect(store, config, now=NOW)
    [finding] = first.findings
    assert (finding.repo_id, finding.day, finding.facts["observed"]) == (FLAGSHIP, SPIKE, 54)
    assert len(finding.facts["announcements"]) == 2
    assert [notice.reason for notice in first.notices] == [Reason.TOLD]
    again = detect(store, config, now=NOW)
    assert (again.findings, again.notices) == ((), ())
    assert len(findings(store, until=NOW)) == len(notices(store, until=NOW)) == 1


def test_a_history_is_held(tmp_path: Path, config: Config) -> None:
    """What happened before the watch began floods nobody, and the first detection says so."""
    with history(tmp_path, {FLAGSHIP: counts(SPIKE)}, watching_since=date(2026, 1, 27)) as store:
        found = detect(store, config, now=NOW)
    assert found.first_run
    assert [notice.reason for notice in found.notices] == [Reason.FIRST_RUN]


def test_a_day_of_the_whole_hub_is_held(tmp_path: Path, config: Config) -> None:
    """A sweep explains a flagship that moved with it; one that moved further is found, and held with the reason."""
    swept = {repo: counts(mean=4 + n % 3) for n, repo in enumerate(CONTROLS)}
    for days in swept.values():
        days[(SPIKE - date(2025, 12, 1)).days] *= 4
    with_it, beyond = counts(mean=6), counts(mean=6)
    with_it[(SPIKE - date(2025, 12, 1)).days] *= 4
    beyond[(SPIKE - date(2025, 12, 1)).days] = 300
    with history(tmp_path, {FLAGSHIP: beyond, BASE: with_it, **swept}) as store:
        found = detect(store, config, now=NOW)
        assert movements(store, config, now=NOW)[SPIKE] > 2
    assert [(each.finding.repo_id, each.reason) for each in found.notices] == [(FLAGSHIP, Reason.HUB_WIDE)]


def test_as_of_a_day_nothing_later_is_known(store: Store, config: Config) -> None:
    """The day before the burst there was none."""
    earlier = datetime(2026, 1, 25, 23, 59, tzinfo=UTC)
    assert detections(store, config, [FLAGSHIP], now=earlier)[FLAGSHIP].spikes == ()
    detection = detections(store, config, [FLAGSHIP], now=NOW)[FLAGSHIP]
    assert len(detection.spikes) == 1
    assert detection.next_day is not None
    assert 4 < detection.next_day.mean < 9  # the burst taught nothing


def test_without_own_readings_the_hubs_day_is_as_configured(store: Store, config: Config) -> None:
    """Nothing is made up about hour and lag."""
    learnt = learnt_hub(store, config, now=NOW)
    assert (learnt.hour, learnt.lag, learnt.hub_day.update_hour, learnt.hub_day.lag_days) == (None, None, 0, 1)


def test_every_denominator_is_counted_or_refused(store: Store, config: Config) -> None:
    """Units are not mixed; windows are what they say."""
    found = {(each.id, each.window): each for each in downloads(store, config, now=NOW)}
    assert found["flagship", "rolling_30d"].count == sum(counts(SPIKE)[29:59])
    assert found["family_without_gguf", "all_time"].repos == (BASE, FLAGSHIP)
    family = found["family", "rolling_30d"]
    assert family.refused is not None
    assert (family.refused.reason, family.count) == (Refusal.MIXED_UNITS, None)
    month = found["flagship", "month:2025-12"]
    assert (month.count, month.start, month.end) == (sum(counts()[:31]), date(2025, 12, 1), date(2025, 12, 31))
    since = found["flagship", f"since:{LAUNCH}"]
    assert (since.start, since.end) == (date(2025, 12, 16), date(2026, 1, 28))
    assert since.count == sum(counts(SPIKE)[15:59])
    january = {each.downloads.id: each for each in month_ratios(store, config, "2026-01", now=NOW)}
    assert january["flagship"].refused is not None  # the month is not whole
    assert january["flagship"].high is not None


def test_the_headline_is_the_same_everywhere(store: Store, config: Config) -> None:
    """One ratio, from whatever side it is asked for."""
    one = headline(store, config, now=NOW)
    rows = [
        ratio
        for ratio in cost_ratios(store, config, now=NOW)
        if (ratio.scenario.id, ratio.downloads.id, ratio.downloads.window) == ("alia_10_2", "flagship", "rolling_30d")
    ]
    assert [row.ratio for row in rows if not row.amortised] == [one.ratio]
    assert len(rows) == 2


def test_a_repo_that_is_gone_or_renamed_is_in_no_present_sum(store: Store, config: Config) -> None:
    """It would be counted twice, or for ever."""
    at = datetime(2026, 1, 27, tzinfo=UTC)
    renamed = RepoSnapshot(BASE, at, State.RENAMED, answered_id="BSC-LT/ALIA-40b-base")
    save_hub_reading(store, HubReading(at, at, 1, True, (renamed,), ()))
    found = {(each.id, each.window): each.repos for each in downloads(store, config, now=NOW)}
    assert found["family_without_gguf", "rolling_30d"] == (FLAGSHIP,)


def test_our_own_reading_counts_before_an_imported_one(store: Store, config: Config) -> None:
    """Of the same day, whatever the order in which they came."""
    at = datetime(2026, 1, 28, 8, tzinfo=UTC)
    own = RepoSnapshot(FLAGSHIP, at, State.PRESENT, answered_id=FLAGSHIP, downloads_30d=999, downloads_all_time=5000)
    save_hub_reading(store, HubReading(at, at, 1, True, (own,), ()))
    found = {(each.id, each.window): each for each in downloads(store, config, now=NOW)}
    assert found["flagship", "rolling_30d"].count == 999
    assert found["flagship", "rolling_30d"].read_at == at


def printed(tmp_path: Path, *arguments: object) -> str:
    """What a command prints, which must end well."""
    ended = alia_watch("--config", tmp_path / "config.toml", *arguments)
    assert ended.code == 0, ended.err
    return ended.out


def test_the_press_figure_from_the_command_line(tmp_path: Path) -> None:
    """The reading of 23 January, imported, gives 58,620.69 € with its arithmetic, and its age later."""
    made_file(tmp_path)
    open_store(tmp_path / "alia-watch.db", create=True).close()
    path = tmp_path / "one.csv"
    path.write_text(f"date,repo_id,downloads_30d\n2026-01-23,{FLAGSHIP},174\n", encoding="utf-8")
    printed(tmp_path, "import", path)
    rows = json.loads(printed(tmp_path, "--as-of", "2026-01-23", "cost", "--format", "json"))
    [row] = [
        row
        for row in rows
        if (row["scenario"], row["denominator"], row["window"]) == ("alia_10_2", "flagship", "rolling_30d")
    ]
    assert row["ratio"] == row["low"] == row["high"] == "58620.69"
    assert (row["numerator"], row["downloads"], row["repos"]) == ("10200000.00", 174, [FLAGSHIP])
    assert (row["read_at"], row["refused"]) == ("2026-01-23", None)
    assert row["arithmetic"] == "10.200.000 € / 174 = 58.620,69 €"
    assert row["downloads_for"] == {"1000": 10_200, "100": 102_000, "10": 1_020_000, "1": 10_200_000}
    [monthly] = [each for each in rows if each["window"] == "rolling_30d:amortised" and each["repos"] == [FLAGSHIP]][:1]
    assert monthly["downloads_for"]["1000"] == -(-10_200_000 // (1000 * 36))
    table = printed(tmp_path, "--as-of", "2026-01-27", "cost", "--scenario", "alia_10_2")
    assert "10.200.000 € / 174 = 58.620,69 € (reading 4 days old)" in table
    assert "there is no reading" in table  # all time was not in the file
    assert "102000" in table.split("Downloads it would take")[1]
    assert printed(tmp_path, "cost", "--format", "csv").startswith("scenario,denominator,window,numerator")
    wrong = alia_watch("--config", tmp_path / "config.toml", "cost", "--scenario", "alia_10")
    assert (wrong.code, "alia_10_2" in wrong.err) == (2, True)


def test_an_empty_watch_gives_refused_rows(tmp_path: Path) -> None:
    """Nothing read is a reason in every row, and no crash."""
    made_file(tmp_path)
    open_store(tmp_path / "alia-watch.db", create=True).close()
    rows = json.loads(printed(tmp_path, "cost", "--format", "json"))
    assert rows
    assert all(row["ratio"] is None and row["refused"] for row in rows)
    assert json.loads(printed(tmp_path, "spikes", "--format", "json")) == []
    assert json.loads(printed(tmp_path, "alerts", "--format", "json")) == []


def test_spikes_and_alerts_from_the_command_line(tmp_path: Path, store: Store, config: Config) -> None:
    """What is unusual, and what was decided of it."""
    made_file(tmp_path)
    detect(store, config, now=NOW)
    as_of = ("--as-of", "2026-01-28T09:30:00Z")
    found = json.loads(printed(tmp_path, *as_of, "spikes", FLAGSHIP, "--format", "json"))
    assert [(spike["start"], spike["observed"]) for spike in found[0]["spikes"]] == [("2026-01-26", 54)]
    assert found[0]["smallest_detectable"] > 8
    assert [alarm["day"] for alarm in found[0]["alarms"]] == ["2026-01-26"]
    assert "2026-01-26,2026-01-26,2026-01-26,54" in printed(tmp_path, *as_of, "spikes", "--format", "csv")
    assert "1 spikes" in printed(tmp_path, *as_of, "spikes", "--budget", "0.5")
    told = json.loads(printed(tmp_path, *as_of, "alerts", "--format", "json"))
    assert [(row["told"], row["reason"], row["repo_id"]) for row in told] == [(True, "told", FLAGSHIP)]
    assert json.loads(printed(tmp_path, *as_of, "alerts", "--held", "--format", "json")) == []
    assert FLAGSHIP in printed(tmp_path, *as_of, "alerts", "--told")
    for since, count in (("2026-01-28", 1), ("2026-01-29", 0)):
        assert len(json.loads(printed(tmp_path, *as_of, "alerts", "--since", since, "--format", "json"))) == count
    assert alia_watch("--config", tmp_path / "config.toml", "alerts", "--told", "--held").code == 2
    wrong = alia_watch("--config", tmp_path / "config.toml", "spikes", "BSC-LT/ALIA-40c")
    assert (wrong.code, "Did you mean BSC-LT/ALIA-40b?" in wrong.err) == (2, True)


def test_spikes_of_readings_and_announcements_in_files(tmp_path: Path) -> None:
    """Counters become days before they are judged; announcements come from a file; faults have lines."""
    readings, dates = tmp_path / "readings.csv", tmp_path / "dates.csv"
    days = counts(SPIKE)
    rows = ["date,repo_id,downloads_30d,downloads_all_time"]
    for n in range(30, len(days)):
        day = date.fromordinal(date(2025, 12, 1).toordinal() + n)
        if n != 40:  # a missed day is a gap with a known total, and no spike
            rows.append(f"{day},x/y,{sum(days[n - 29 : n + 1])},{1000 + sum(days[: n + 1])}")
    readings.write_text("\n".join(rows) + "\n", encoding="utf-8")
    dates.write_text("series,date\nx/y,2026-01-25\n,2026-01-20\nother/z,2026-01-26\n", encoding="utf-8")
    options = ("--readings", readings, "--announcements", dates)
    [said] = json.loads(alia_watch("spikes", *options, "--format", "json").out)
    assert [(spike["start"], spike["announcements"]) for spike in said["spikes"]] == [
        ("2026-01-26", ["2026-01-20", "2026-01-25"])
    ]
    assert [alarm["day"] for alarm in said["alarms"]] == ["2026-01-26"]
    assert alia_watch("spikes", "--announcements", dates).code == 2
    assert alia_watch("spikes", "x/y", "--readings", readings).code == 2
    dates.write_text("series,date\nx/y,tomorrow\n", encoding="utf-8")
    wrong = alia_watch("spikes", *options)
    assert (wrong.code, "line 2, date: 'tomorrow'" in wrong.err) == (1, True)
    dates.write_text("when\n2026-01-01\n", encoding="utf-8")
    assert "Give series,date" in alia_watch("spikes", *options).err
    readings.write_text(rows[0] + "\n2026-01-01,x/y,-5,1\n", encoding="utf-8")
    wrong = alia_watch("spikes", "--readings", readings)
    assert (wrong.code, "line 2, downloads_30d" in wrong.err) == (1, True)


def test_rolling_counts_alone_raise_no_alarm_and_name_the_months(tmp_path: Path) -> None:
    """Monthly rolling counts are levels: no alarm, and the month in which nearly all repos rose is named."""
    rows = ["date,repo_id,downloads_30d"]
    for repo in range(14):
        for month in range(1, 13):
            lifted = 5 if month == 8 else 1
            rows.append(f"2024-{month:02d}-15,lab/model-{repo},{(40 + 7 * repo + (repo * month * 5) % 23) * lifted}")
    path = tmp_path / "monthly.csv"
    path.write_text("\n".join(rows) + "\n", encoding="utf-8")
    said = json.loads(alia_watch("spikes", "--readings", path, "--format", "json").out)
    assert (len(said), [one["alarms"] for one in said if one["alarms"]]) == (14, [])
    assert "2024-08: of 14 small repos 14 rose" in alia_watch("spikes", "--readings", path).err


def test_spikes_of_any_counts(tmp_path: Path) -> None:
    """A CSV needs no configuration and no database; its faults are named; both ways at once is wrong usage."""
    path = tmp_path / "mine.csv"
    days = [f"2026-01-{n:02d},{50 if n == 30 else '' if n == 5 else 5 + n % 3}" for n in range(1, 32)]
    path.write_text("date,count\n" + "\n".join(days) + "\n2026-02-01,-4\n", encoding="utf-8")
    ended = alia_watch("--config", tmp_path / "nowhere.toml", "spikes", "--counts", path, "--format", "json")
    [document] = json.loads(ended.out)
    assert (document["series"], [spike["start"] for spike in document["spikes"]]) == ("mine", ["2026-01-30"])
    many = tmp_path / "many.csv"
    many.write_text("series,date,count\na,2026-01-01,1\nb,2026-01-01,\n", encoding="utf-8")
    two = alia_watch("spikes", "--counts", many)
    assert "too few days" in two.err
    assert [
        document["smallest_detectable"]
        for document in json.loads(alia_watch("spikes", "--counts", many, "--format", "json").out)
    ] == [None, None]
    many.write_text("series,date,count\na,2026-01-01,1\na,2026-01-01,2\na,x,1\na,2026-01-03,one\n", encoding="utf-8")
    bad = alia_watch("spikes", "--counts", many)
    assert (bad.code, bad.err.count("line ")) == (1, 3)
    assert alia_watch("spikes", "a/b", "--counts", many).code == 2
    for content in (b"day,n\n", "date,count\nñ".encode("latin-1")):
        many.write_bytes(content)
        assert alia_watch("spikes", "--counts", many).code == 1
    assert alia_watch("spikes", "--counts", tmp_path / "none.csv").code == 1


def test_the_calendar_from_the_command_line(tmp_path: Path, store: Store) -> None:
    """Listed, shown with its window, added once, rejected and confirmed; a wrong id names the nearest."""
    made_file(tmp_path)
    listed = json.loads(printed(tmp_path, "announcements", "list", "--format", "json"))
    assert LAUNCH in [row["id"] for row in listed]
    show = ("announcements", "show", "--format", "json")
    assert json.loads(printed(tmp_path, *show, LAUNCH))["window"] == "2025-12-16/2025-12-23"
    add = ("announcements", "add", "--date", "2026-02-10", "--kind", "media", "--title", "Un artículo: «ñandú»")
    made = printed(tmp_path, *add, "--url", "https://example.org/a")
    assert made == "2026-02-10-un-articulo-nandu: added\n"
    assert "known already" in printed(tmp_path, *add, "--url", "https://example.org/a")
    name = "2026-02-10-un-articulo-nandu"
    printed(tmp_path, "announcements", "reject", name)
    assert json.loads(printed(tmp_path, *show, name))["window"] is None
    assert name in printed(tmp_path, "announcements", "list", "--state", "rejected")
    printed(tmp_path, "announcements", "confirm", name)
    assert json.loads(printed(tmp_path, *show, name))["state"] == "confirmed"
    config = tmp_path / "config.toml"
    wrong = alia_watch("--config", config, "announcements", "show", name + "x")
    assert (wrong.code, f"Did you mean {name}?" in wrong.err) == (2, True)
    assert alia_watch("--config", config, "announcements", "list", "--state", "maybe").code == 2
    bad = alia_watch("--config", config, *add[:2], "--date", "2026-13-10", *add[4:], "--url", "https://example.org/a")
    assert bad.code == 2


def test_a_detection_leaves_what_the_next_need_not_judge_again(tmp_path: Path, config: Config) -> None:
    """It changes no figure, a look at a past day neither, and can be thrown away."""
    mean, days = 40, 175
    late = datetime(2026, 5, 30, 9, 30, tzinfo=UTC)
    with history(tmp_path, {FLAGSHIP: counts(SPIKE, mean=mean, days=days)}) as store:
        fresh = detections(store, config, [FLAGSHIP], now=late)
        detect(store, config, now=late)
        assert [row["series"] for row in store.rows("SELECT series FROM replays")] == [FLAGSHIP]
        assert detections(store, config, [FLAGSHIP], now=late) == fresh
        earlier = detections(store, config, [FLAGSHIP], now=NOW)
        with store.writing() as db:
            db.execute("DELETE FROM replays")
        assert detections(store, config, [FLAGSHIP], now=NOW) == earlier
        assert detections(store, config, [FLAGSHIP], now=late) == fresh
        assert fresh[FLAGSHIP].spikes
