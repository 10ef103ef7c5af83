"""The audit finds what is wrong, and calls nothing sound that it has not seen."""

import json
import threading
from collections.abc import Iterator
from email.message import Message
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from tests.audit import advisories, licences
from tests.audit.pinned import FOLDER, LISTS, Pin, pinned, read

NOTICE = (FOLDER.parent / "NOTICE").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", LISTS)
def test_every_pin_has_hashes_and_names_no_place(name: str) -> None:
    """What is installed is one of the files that were there when it was pinned, from wherever it comes."""
    text = (FOLDER / name).read_text(encoding="utf-8")
    assert len(pinned(name)) > 50
    assert [pin for pin in pinned(name) if not pin.hashes] == []
    assert "://" not in text
    assert not any(line.startswith("-") for line in text.splitlines())


def test_what_runs_is_what_is_tested() -> None:
    """The lists pin the same versions of what they share."""
    assert set(pinned("runtime.txt")) <= set(pinned("dev.txt")) <= set(pinned("bench.txt"))


@pytest.mark.parametrize("line", ["requests", "x>=1", "-e .", "x @ https://x.org/x.whl", "--hash=sha256:ab", "x==1 y"])
def test_a_line_that_pins_nothing_is_an_error(line: str) -> None:
    """Else it would be passed over."""
    with pytest.raises(ValueError, match="neither a pin nor a hash"):
        read(f"a==1 \\\n    --hash=sha256:{'0' * 64}\n{line}\n")


@pytest.mark.parametrize(
    "lists", [("runtime.txt", "dev.txt"), pytest.param(LISTS, marks=pytest.mark.peers)], ids=["tests", "benchmarks"]
)
def test_every_licence_of_what_is_pinned_is_allowed(lists: tuple[str, ...]) -> None:
    """Known, compatible with Apache-2.0, and named in NOTICE where it asks for more."""
    passed_on = {pin.name for pin in pinned("runtime.txt")}
    pins = [pin for name in lists for pin in pinned(name)]
    assert licences.faults(pins, NOTICE, passed_on) == []
    unnamed = licences.faults(pins, "", passed_on)
    assert [fault.split(":")[0] for fault in unnamed] == ["certifi", "python-telegram-bot", "tqdm"]


def test_nothing_is_excused_that_can_be_looked_at() -> None:
    """Whose licence is written down here is pinned, and for other platforms alone."""
    pins = {pin.name: pin for name in LISTS for pin in pinned(name)}
    assert all("win32" in pins[name].marker or "emscripten" in pins[name].marker for name in licences.ELSEWHERE)


def said(*, expression: str = "", text: str = "", classifiers: tuple[str, ...] = ()) -> Message:
    made = Message()
    for name, value in (("License-Expression", expression), ("License", text)):
        if value:
            made[name] = value
    for each in classifiers:
        made["Classifier"] = f"License :: {each}"
    return made


@pytest.mark.parametrize(
    ("about", "kept"),
    [
        (said(expression="MIT"), {"MIT"}),
        (said(expression="MIT", classifiers=("OSI Approved :: GNU General Public License v3 (GPLv3)",)), {"MIT"}),
        (said(classifiers=("OSI Approved", "OSI Approved :: MIT License")), {"MIT"}),
        (said(text="BSD-3-Clause"), {"BSD-3-Clause"}),
        (said(expression="MIT OR GPL-3.0-only"), {"MIT"}),
        (said(expression="(MIT OR MPL-2.0) AND ISC"), {"MIT", "ISC"}),
        (said(expression="MPL-2.0 AND MIT"), {"MPL-2.0", "MIT"}),
    ],
)
def test_a_licence_is_read_from_where_it_stands(about: Message, kept: set[str]) -> None:
    """The expression goes before the classifiers, these before the free text; of a choice the milder is taken."""
    assert licences.asks(licences.of(about)) == kept


@pytest.mark.parametrize(
    "about",
    [
        said(),
        said(text="Copyright (c) 2020\nPermission is hereby granted"),
        said(text="see LICENSE"),
        said(expression="AGPL-3.0-only"),
        said(expression="GPL-2.0-only AND MIT"),
        said(expression="LicenseRef-Proprietary"),
        said(expression="MIT AND"),
        said(expression="(MIT"),
        said(expression="MIT GPL-3.0-only"),
        said(classifiers=("OSI Approved",)),
        said(classifiers=("Other/Proprietary License",)),
        said(classifiers=("OSI Approved :: MIT License", "OSI Approved :: GNU Affero General Public License v3")),
    ],
)
def test_what_nobody_looked_at_is_not_allowed(about: Message) -> None:
    """No licence, one in no table, or words that are no name of one."""
    with pytest.raises(licences.Unknown):
        licences.asks(licences.of(about))


PINS = [Pin("a", "1"), Pin("b", "2", "python_full_version < '3.12'"), Pin("b", "3", "python_full_version >= '3.12'")]
SOUND = {"dependencies": [{"name": "a", "version": "1", "vulns": []}, {"name": "b", "version": "2", "vulns": []}]}


def test_pins_for_every_platform_are_asked_about() -> None:
    """Those of another Python too: in another round, since one list takes no package twice."""
    assert advisories.rounds(PINS) == [PINS[:2], PINS[2:]]


@pytest.mark.parametrize(
    ("answer", "faults"),
    [
        (SOUND, []),
        ({"dependencies": [SOUND["dependencies"][0]]}, ["b 2: not audited: pip-audit says nothing of it"]),
        ({"dependencies": [SOUND["dependencies"][0], {"name": "b", "skip_reason": "x"}]}, ["b: not audited: x"]),
        (
            {"dependencies": [SOUND["dependencies"][1], {"name": "a", "version": "1", "vulns": [{"id": "CVE-1"}]}]},
            ["a 1: CVE-1 (mended in no version yet)"],
        ),
        ({"dependencies": [{"name": "a", "version": "0", "vulns": []}, SOUND["dependencies"][1]]},
         ["a 1: not audited: pip-audit says nothing of it"]),
        ([], ["pip-audit's answer has another form than expected"]),
    ],
)  # fmt: skip
def test_what_was_not_audited_is_a_fault(answer: object, faults: list[str]) -> None:
    """Skipped, left out, or answered for another version: as bad as a hole."""
    assert advisories.judged(PINS[:2], answer) == faults


@pytest.fixture
def osv() -> Iterator[str]:
    """A service of advisories on loopback that knows one hole, of jinja2 3.1.0, and nothing else."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            events = [{"introduced": "0"}, {"fixed": "3.1.6"}]
            package = {"name": "jinja2", "ecosystem": "PyPI"}
            affected = {"package": package, "ranges": [{"type": "ECOSYSTEM", "events": events}], "versions": ["3.1.0"]}
            hole = {"id": "GHSA-x", "details": "d", "published": "2026-01-01T00:00:00Z", "affected": [affected]}
            known = asked["package"]["name"] == "jinja2" and asked["version"] == "3.1.0"
            body = json.dumps({"vulns": [hole]} if known else {}).encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        yield f"http://127.0.0.1:{server.server_address[1]}/v1/query"
        server.shutdown()
        thread.join()


def test_pip_audit_itself_is_heard(osv: str) -> None:
    """The program as it is pinned, over a service on loopback: a hole is found, and what is sound is quiet."""
    found = advisories.faults([Pin("jinja2", "3.1.0"), Pin("idna", "3.10")], "-s", "osv", "--osv-url", osv)
    assert found == ["jinja2 3.1.0: GHSA-x (mended in 3.1.6)"]


def test_a_service_that_is_away_is_no_pass() -> None:
    """Nothing was audited, and that is what is said."""
    (fault,) = advisories.faults([Pin("idna", "3.10")], "-s", "osv", "--osv-url", "http://127.0.0.1:9/v1/query")
    assert "audited" in fault
