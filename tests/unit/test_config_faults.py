"""Each kind of fault a configuration can have: its place, what is wrong, and the mend."""

from pathlib import Path
from typing import Any

import pytest

from alia_watch.config.loader import announcement, build, load_config
from alia_watch.errors import ConfigError
from tests.made import FLAGSHIP, LAUNCH, made_config, made_document


def faults_of(tmp_path: Path, **changes: Any) -> tuple[str, ...]:
    with pytest.raises(ConfigError) as caught:
        build(made_document(**changes), tmp_path, file="c.toml")
    return caught.value.faults


def written(tmp_path: Path, text: str) -> tuple[str, ...]:
    path = tmp_path / "config.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ConfigError) as caught:
        load_config(path)
    return caught.value.faults


COST = {
    "id": "a",
    "amount": 5,
    "reported_on": "2026-01",
    "covers": "x",
    "scope": "direct",
    "status": "reported",
    "source": "https://example.org",
}

CASES: list[tuple[dict[str, Any], str]] = [
    ({"watch": {"lenguage": "es"}}, "watch.lenguage: is not a key here; did you mean language?"),
    ({"wach": {}}, "wach: is not a key here; did you mean watch?"),
    (
        {"watch": {"headline_scenario": "x"}},
        "watch.headline_scenario: is not a key here; it belongs into [costs]",
    ),
    ({"watch": {"zzz": 1}}, "watch.zzz: is not a key here; known are: "),
    ({"watch": {"contact": None}}, "watch.contact: is missing; add it"),
    ({"watch": {"contact": 5}}, "watch.contact: must be text, not 5; write it in quotes"),
    ({"watch": {"contact": "ñandú"}}, "watch.contact: has the wrong form, not 'ñandú'; write a mail or web address"),
    ({"watch": {"language": "fr"}}, "watch.language: must be 'es', 'ca', 'gl', 'eu' or 'en', not 'fr'"),
    ({"watch": {"method_url": "x"}}, "watch.method_url: has the wrong form, not 'x'; write a whole address"),
    ({"watch": {"simulated": "perhaps"}}, "write true or false"),
    ({"hub": {"read_at": ["25:00"]}}, "hub.read_at[0]: must be in a valid time format"),
    ({"hub": {"read_at": ["02:15", "02:15"]}}, "hub.read_at[1]: 02:15 is given twice"),
    ({"hub": {"read_at": []}}, "hub.read_at: is empty; give at least one"),
    ({"hub": {"update_hour": 30}}, "hub.update_hour: must be 'learn' or less than or equal to 23, not 30"),
    ({"hub": {"threads": 2.5}}, "write a whole number"),
    ({"hub": "x"}, "hub: must be a table; write it as a [table] of keys"),
    ({"cost": {"id": "a"}}, "cost: must be a list; write a list in square brackets, or one [[table]] for each entry"),
    ({"cost": [{**COST, "amount": -5}]}, "cost[0].amount: must be greater than 0, not -5"),
    ({"cost": [{**COST, "reported_on": "2026-13"}]}, "cost[0].reported_on: 2026-13 is not in the calendar"),
    ({"cost": [{**COST, "reported_on": "9999-12-31"}]}, "cost[0].reported_on: 9999-12-31 lies outside 1990 to 2100"),
    ({"cost": [{**COST, "reported_on": "tomorrow"}]}, "write a day as"),
    ({"cost": [{**COST, "currency": "euros"}]}, "write the three capital letters of the currency"),
    ({"cost": [{**COST, "overlaps": ["b"]}]}, "cost[0].overlaps[0]: b is no cost item; known are: a"),
    ({"cost": [{**COST, "overlaps": ["a"]}]}, "cost[0].overlaps[0]: an item cannot overlap itself"),
    ({"cost": [COST, COST]}, "cost[1].id: a is given twice; an id names one thing"),
    (
        {"scenario": [{"id": "s", "name": "s", "items": ["alia_10_3"]}]},
        "scenario[0].items[0]: alia_10_3 is no cost item; did you mean alia_10_2?",
    ),
    (
        {"scenario": [{"id": "s", "name": "s", "items": ["sme_40"]}]},
        "scenario[0].items[0]: the cost item sme_40 has no source and enters no scenario",
    ),
    (
        {"scenario": [{"id": "s", "name": "s", "items": ["alia_10_2"], "shares": {"mn5_223": 0.5}}]},
        "scenario[0].shares.mn5_223: a share is given for mn5_223, which is not among this scenario's items",
    ),
    (
        {"scenario": [{"id": "s", "name": "s", "items": ["alia_10_2"], "shares": {"alia_10_2": 1.5}}]},
        "scenario[0].shares.alia_10_2: must be less than or equal to 1",
    ),
    (
        {"scenario": [{"id": "s", "name": "s", "items": ["alia_10_2", "alia_10_2"]}]},
        "scenario[0].items[1]: alia_10_2 is given twice",
    ),
    (
        {"costs": {"headline_scenario": "alia_10"}},
        "costs.headline_scenario: alia_10 is no scenario; did you mean alia_10_2?",
    ),
    ({"costs": {"headline_scenario": "zzz"}, "scenario": []}, "zzz is no scenario; there is none in the file"),
    ({"costs": {"denominators": ["famly"]}}, "costs.denominators[0]: famly is no denominator; did you mean family?"),
    ({"costs": {"headline_denominator": "all"}}, "costs.headline_denominator: all is no denominator"),
    (
        {"costs": {"denominators": None}, "family": {"group": []}},
        "costs: the family has no group instruct, which costs.denominators names where it is not given",
    ),
    ({"costs": {"since": ["2025"]}}, "costs.since[0]: 2025 is no announcement"),
    (
        {"family": {"flagship": [{"repo": "BSC-LT/salamandra-7b", "from": "2025-12", "source": "x"}]}},
        "family.flagship[0].repo: BSC-LT/salamandra-7b is not in the family",
    ),
    (
        {"family": {"flagship": [{"repo": FLAGSHIP, "from": "2025-12", "source": "x"}] * 2}},
        "family.flagship[1].from: 2025-12 is given twice",
    ),
    ({"family": {"flagship": []}}, "family.flagship: is empty; give at least one"),
    (
        {"family": {"group": [{"id": "family", "name": "x", "patterns": ["BSC-LT/*"]}]}},
        "family.group[0].id: family is a denominator of its own",
    ),
    ({"family": {"patterns": ["ALIA"]}}, "family.patterns[0]: has the wrong form, not 'ALIA'; a pattern is written"),
    ({"basket": {"repos": ["model"]}}, "basket.repos[0]: has the wrong form, not 'model'; a repo is written"),
    ({"basket": {"repos": ["a/b", "a/b"]}}, "basket.repos[1]: a/b is given twice"),
    ({"basket": {"repos": [FLAGSHIP]}}, f"basket.repos[0]: {FLAGSHIP} is of the family; a control repo must be"),
    (
        {"basket": {"repos": ["BSC-LT/salamandra-2b-instruct"]}},
        "basket.repos[0]: BSC-LT/salamandra-2b-instruct is also a repo of the comparator Salamandra",
    ),
    (
        {"comparator": [{"name": "A", "repos": [FLAGSHIP], "funder": "x"}]},
        f"comparator[0].repos[0]: {FLAGSHIP} is of the family",
    ),
    (
        {"comparator": [{"name": "A", "repos": ["a/b"], "funder": "x"}] * 2},
        "comparator[1].name: A is given twice",
    ),
    (
        {"comparator": [{"name": "A", "repos": ["a/b"], "funder": "x", "public_cost": 3}]},
        "comparator[0]: public_cost, currency and cost_scope go together",
    ),
    (
        {"announcement": [{"id": LAUNCH, "date": "2026-05", "date_end": "2026-05-03"}]},
        "announcement[0].date_end: a month has no last day",
    ),
    (
        {"announcement": [{"id": LAUNCH, "date": "2026-05-03", "date_end": "2026-05-01"}]},
        "announcement[0].date_end: 2026-05-01 is before 2026-05-03",
    ),
    (
        {"announcement": [{"id": LAUNCH, "date": "2026-05-03", "date_end": "2026-05-99"}]},
        "announcement[0].date_end: must be a valid date",
    ),
    ({"hub": {"token": {"env": "A", "x": "B"}}}, "hub.token.x: is not a key here; a secret is given as"),
    ({"hub": {"token": {"file": "x", "env": "T"}}}, "hub.token: give exactly one of env and file"),
    ({"subscriber": [{"channel": "folder"}]}, "subscriber[0].address: is missing"),
    ({"announcement": [{"id": LAUNCH, "kind": "rumour"}]}, "announcement[0].kind: must be 'official', 'agreement'"),
    (
        {"subscriber": [{"channel": "telegram", "address": "-1001"}]},
        "subscriber[0].channel: the channel telegram is not switched on; add [channels.telegram]",
    ),
    ({"channels": {"folder": None}}, "subscriber[0].channel: the channel folder is not switched on"),
    ({"subscriber": [{"channel": "pigeon", "address": "x"}]}, "subscriber[0].channel: must be 'telegram', 'email'"),
    ({"subscriber": [{"channel": "folder", "address": "../x"}]}, "subscriber[0]: this is no folder name"),
    (
        {"channels": {"telegram": {"token": {"env": "T"}}}, "subscriber": [{"channel": "telegram", "address": "me"}]},
        "subscriber[0]: this is no Telegram address",
    ),
    (
        {
            "channels": {"email": {"host": "h", "sender": "a@b.es"}},
            "subscriber": [{"channel": "email", "address": "x"}],
        },
        "subscriber[0]: this is no mail address",
    ),
    ({"subscriber": [{"channel": "folder", "address": "x"}] * 2}, "subscriber[1].address: folder:x is given twice"),
    ({"channels": {"email": {"host": "h", "sender": "me"}}}, "channels.email.sender: this is no mail address"),
    (
        {"channels": {"email": {"host": "h", "sender": "a@b.es", "user": "u"}}},
        "channels.email: user and password go together",
    ),
    ({"timetable": {"zone": "Europe/Madri"}}, "timetable.zone: 'Europe/Madri' is not a zone of the IANA database"),
    ({"timetable": {"detect_at": "nine"}}, 'write a time of day as "09:30"'),
    ({"spikes": {"tell_within_days": 0}}, "spikes.tell_within_days: must be greater than or equal to 1, not 0"),
]


@pytest.mark.parametrize(("changes", "sentence"), CASES, ids=[sentence[:40] for _, sentence in CASES])
def test_a_fault_has_its_place_what_is_wrong_and_the_mend(
    tmp_path: Path, changes: dict[str, Any], sentence: str
) -> None:
    """Each kind of fault is told in one sentence that names the key and says how to mend it."""
    assert any(sentence in fault for fault in faults_of(tmp_path, **changes)), faults_of(tmp_path, **changes)


def test_every_fault_is_told_at_once_with_its_line_in_the_order_of_the_file(tmp_path: Path) -> None:
    """Faults of shape and faults between sections come together, sorted by line."""
    faults = written(
        tmp_path,
        '[watch]\ncontact = 5\nmethod_url = "https://example.org"\n\n[family]\nid = "alia"\nname = "x"\n'
        'patterns = [\n  "a/b*",\n  "no",\n]\n[[family.flagship]]\nrepo = "c/d"\nfrom = "2025"\nsource = "x"\n\n'
        '[basket]\nrepos = ["e/f"]\n[costs]\nheadline_scenario = "gone"\n',
    )
    assert [fault.split(": ")[0:2] for fault in faults] == [
        ["config.toml:2", "watch.contact"],
        ["config.toml:10", "family.patterns[1]"],
        ["config.toml:13", "family.flagship[0].repo"],
        ["config.toml:14", "family.flagship[0].from"],
        ["config.toml:19", "costs"],
        ["config.toml:20", "costs.headline_scenario"],
    ]


def test_text_that_is_no_toml_is_told_with_its_line(tmp_path: Path) -> None:
    """A syntax error names the line, and the count of faults is one."""
    (fault,) = written(tmp_path, '[watch]\nname = "x"\ncontact = me\n')
    assert fault.startswith("config.toml:3: is not TOML: Invalid value")


@pytest.mark.parametrize("text", ["x = " + "[" * 3000 + "]" * 3000, "x = " + "9" * 5000])
def test_absurd_text_is_a_fault_and_no_crash(tmp_path: Path, text: str) -> None:
    """A document nested thousands deep, or a number of thousands of digits, is refused in a sentence."""
    (fault,) = written(tmp_path, text)
    assert fault.startswith("config.toml")


def test_a_file_that_is_not_utf_8_is_told_with_its_line(tmp_path: Path) -> None:
    """A file saved as Latin-1 is refused with the line of the first wrong byte."""
    path = tmp_path / "config.toml"
    path.write_bytes('[watch]\nname = "España"\n'.encode("latin-1"))
    with pytest.raises(ConfigError) as caught:
        load_config(path)
    assert caught.value.faults == ("config.toml:2: is not UTF-8 text; save the file as UTF-8",)


def test_a_missing_file_says_init(tmp_path: Path) -> None:
    """Where there is no file, the next step is named."""
    with pytest.raises(ConfigError) as caught:
        load_config(tmp_path / "config.toml")
    assert "alia-watch init" in caught.value.hint
    assert caught.value.exit_code == 2


def test_a_folder_in_the_files_place_is_told(tmp_path: Path) -> None:
    """A path that is no file is refused in a sentence."""
    with pytest.raises(ConfigError, match="cannot be read"):
        load_config(tmp_path)


def test_relative_paths_start_at_the_files_folder(tmp_path: Path) -> None:
    """Database, backups, outbox and secret files lie beside the configuration; absolute paths and ~ are kept."""
    config = made_config(
        tmp_path,
        watch={"database": "data/x.db", "backups": "/var/backups"},
        hub={"token": {"file": "token.txt"}},
        channels={"folder": {"path": "~/outbox"}},
    )
    assert config.watch.database == tmp_path / "data/x.db"
    assert config.watch.backups == Path("/var/backups")
    assert config.hub.token is not None
    assert config.hub.token.file == tmp_path / "token.txt"
    assert config.channels.folder is not None
    assert config.channels.folder.path == Path.home() / "outbox"


def test_dates_and_times_may_stand_without_quotes(tmp_path: Path) -> None:
    """TOML's own dates and times are taken like quoted ones, and a byte order mark does no harm."""
    text = (tmp_path / "config.toml").resolve()
    source = Path("config.example.toml").read_text(encoding="utf-8")
    text.write_text(
        "\ufeff" + source.replace('date = "2026-02-09"', "date = 2026-02-09").replace('"10:45"', "10:45:00"),
        encoding="utf-8",
    )
    config = load_config(text)
    assert [a.date for a in config.announcement if a.publisher == "emirodgar.es"] == ["2026-02-09"]
    assert config.timetable.cost_update_at.isoformat() == "10:45:00"


def test_without_channels_the_folder_is_on(tmp_path: Path) -> None:
    """The folder is the default channel, and its subscribers are then no fault."""
    document = made_document()
    del document["channels"]
    assert build(document, tmp_path).channels.folder is not None


def test_a_relay_of_ones_own_machine_and_an_answer_address_are_taken(tmp_path: Path) -> None:
    """Local senders need no domain; names may stand before addresses."""
    mail = {"host": "localhost", "security": "none", "sender": "alia@localhost", "reply_to": "Me <me@alia.es>"}
    config = made_config(tmp_path, channels={"email": mail})
    assert config.channels.email is not None
    assert config.channels.email.reply_to == "Me <me@alia.es>"
    assert made_config(tmp_path, channels={"email": {**mail, "reply_to": None}}).channels.email is not None


def test_what_is_watched_is_what_is_named_and_what_is_known_of_the_family(tmp_path: Path) -> None:
    """Basket, comparators and flagships always; of the repos known, those of the family."""
    config = made_config(tmp_path)
    watched = config.watched(("BSC-LT/ALIA-40b", "BSC-LT/other", "x/y"))
    assert FLAGSHIP in watched
    assert "control/model-00" in watched
    assert "BSC-LT/salamandra-2b-instruct" in watched
    assert watched & {"BSC-LT/ALIA-40b", "BSC-LT/other", "x/y"} == {"BSC-LT/ALIA-40b"}
    assert config.organisations() == ("BSC-LT",)


def test_a_single_announcement_is_held_to_the_same_rules() -> None:
    """What is given by hand has the faults a configured announcement would have."""
    with pytest.raises(ConfigError) as caught:
        announcement({"id": "x", "date": "2026-13-01", "kind": "rumour", "title": "x", "confidence": "B"})
    assert [fault.split(": ")[1] for fault in caught.value.faults] == ["date", "kind"]
    made = announcement({"id": "x", "date": "2026-05", "kind": "official", "title": "x", "confidence": "B"})
    assert made.precision == "month"
