"""One snapshot of the Hub, through its real client and over real HTTP: what is read, and with how many requests."""

import json
import logging
import os
import re
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from alia_bot.demo.hub_faults import Altered, Elsewhere, Fault, Page, Status
from alia_watch.series.snapshot import BaseModel, State
from alia_watch.sources.hub import Hub
from alia_watch.sources.hub_answer import read_repo
from alia_watch.store.database import open_store
from alia_watch.store.repo_community import last_community, save_community
from tests.integration.hub_bench import START, bench, by_id

TOKEN = "hf_" + "s3cr3t" * 5


def test_every_field_of_an_answer_is_recorded() -> None:
    """The snapshot has what the Hub said of a repo, each field in its own type."""
    with bench() as b:
        b.world.add(
            "BSC-LT/ALIA-40b-instruct-2512",
            downloads=174,
            downloadsAllTime=412,
            likes=9,
            trendingScore=1.5,
            gated="manual",
            childrenModelCount=3,
            spaces=["o/space"],
            baseModels={"relation": "finetune", "models": [{"_id": "6" * 24, "id": "BSC-LT/ALIA-40b"}]},
            sha="a" * 40,
        )
        reading = b.hub.read(["BSC-LT"], [])
    (repo,) = reading.repos
    (answer,) = reading.answers
    assert (repo.repo_id, repo.answered_id, repo.state) == (
        repo.answered_id,
        "BSC-LT/ALIA-40b-instruct-2512",
        "present",
    )
    assert repo.observed_at == START
    assert (repo.downloads_30d, repo.downloads_all_time, repo.likes, repo.trending_score) == (174, 412, 9, 1.5)
    assert repo.created_at == datetime(2025, 6, 2, 9, tzinfo=UTC)
    assert repo.last_modified == datetime(2025, 6, 20, 10, tzinfo=UTC)
    assert (repo.gated, repo.disabled, repo.children) == ("manual", False, 3)
    assert (repo.library, repo.pipeline_tag) == ("transformers", "text-generation")
    assert repo.tags == ("transformers", "safetensors", "text-generation", "region:us")
    assert repo.base_models == (BaseModel("BSC-LT/ALIA-40b", "finetune"),)
    assert (repo.spaces, repo.sha, repo.answer_sha256) == (("o/space",), "a" * 40, answer.sha256)


def test_what_the_hub_leaves_out_is_none_and_never_zero() -> None:
    """A field that is absent, and one that is null, are None; a count of 0 stays 0."""
    with bench() as b:
        b.world.add("o/absent", downloadsAllTime=..., likes=..., tags=...)
        b.world.add("o/null", downloadsAllTime=None, likes=None, tags=None)
        b.world.add("o/zero", downloads=0, downloadsAllTime=0, likes=0, tags=[])
        repos = by_id(b.hub.read(["o"], []))
    for name in ("o/absent", "o/null"):
        assert (repos[name].downloads_all_time, repos[name].likes, repos[name].tags) == (None, None, None)
        assert repos[name].downloads_30d == 30
    zero = repos["o/zero"]
    assert (zero.downloads_30d, zero.downloads_all_time, zero.likes, zero.tags) == (0, 0, 0, ())


@pytest.mark.parametrize(("repos", "pages"), [(1, 1), (10, 1), (11, 2), (25, 3)])
def test_a_listing_costs_one_request_a_page_and_the_others_one_each(repos: int, pages: int) -> None:
    """For n repos of an organisation and m others, ceil(n / page) + m requests, and no other."""
    with bench(*(f"o/m-{n:03}" for n in range(repos)), "x/one", "y/two", page_size=10) as b:
        reading = b.hub.read(["o"], ["x/one", "y/two", "o/m-000"])
        assert len(reading.repos) == repos + 2
        assert reading.requests == len(b.stand_in.requests) == pages + 2
        assert reading.complete
        assert b.stand_in.violations == []


def test_the_hub_is_asked_by_name_for_every_field_and_told_who_asks() -> None:
    """Both counters are expanded in listings and single questions, and the user agent carries the contact."""
    with bench("o/a", "x/one") as b:
        b.hub.read(["o"], ["x/one"])
        for request in b.stand_in.requests:
            expanded = [value for name, value in request.query if name == "expand"]
            assert {"downloads", "downloadsAllTime", "gated", "baseModels"} <= set(expanded)
            assert re.match(r"alia-watch/\S+; .*contact/test@example.org", request.user_agent)
            assert "torch" not in request.user_agent
            assert request.bearer is None


def test_a_renamed_repo_answers_under_its_new_id() -> None:
    """A 307 is followed with its query, and the snapshot says who answered."""
    with bench("o/new", "x/newer") as b:
        b.world.renamed = {"x/old": "x/newer", "o/old": "o/new"}
        reading = b.hub.read(["o"], ["x/old", "o/old"])
    repos = by_id(reading)
    for old, new in (("x/old", "x/newer"), ("o/old", "o/new")):
        assert (repos[old].state, repos[old].answered_id) == (State.RENAMED, new)
        assert repos[old].downloads_all_time == 400
    assert repos["o/new"].state is State.PRESENT
    assert reading.requests == 5  # a listing, and two questions that are sent on
    assert reading.complete


def test_a_redirect_that_loses_its_query_gives_no_all_time_count() -> None:
    """Without `expand` the Hub leaves the all-time count out: it is None, and the rolling count is kept."""
    with bench("x/new") as b:
        b.stand_in.script("/x/old", Elsewhere("/api/models/x/new"))
        (repo,) = b.hub.read([], ["x/old"]).repos
    assert (repo.state, repo.downloads_30d, repo.downloads_all_time) == (State.RENAMED, 30, None)


def test_an_id_in_another_case_is_no_rename() -> None:
    """The Hub takes an id in any case; the one that answers may differ in that alone."""
    with bench("x/Model") as b:
        b.stand_in.script("/x/model", Elsewhere("/api/models/x/Model"))
        (repo,) = b.hub.read([], ["x/model"]).repos
    assert (repo.state, repo.answered_id) == (State.PRESENT, "x/Model")


def test_a_named_repo_that_a_whole_listing_lacks_is_asked_for_once() -> None:
    """Absent from its organisation's listing, a repo is gone only when it does not answer by itself either."""
    with bench("o/a") as b:
        b.world.add("o/closed", disabled=True)
        reading = b.hub.read(["o"], ["o/a", "o/lost", "o/closed"])
        assert reading.requests == 3
    repos = by_id(reading)
    assert (repos["o/lost"].state, repos["o/closed"].state) == (State.GONE, State.DISABLED)
    assert repos["o/lost"].downloads_30d is None
    assert reading.complete


def test_a_private_repo_is_gone_for_an_anonymous_reader_and_there_with_a_token() -> None:
    """Without a token a private repo cannot be told from a deleted one."""
    with bench(tokens=frozenset({TOKEN})) as b:
        b.world.add("x/hidden", private=True)
        (anonymous,) = b.hub.read([], ["x/hidden"]).repos
        (known,) = b.reader(token=TOKEN).read([], ["x/hidden"]).repos
        (missing,) = b.reader(token=TOKEN).read([], ["x/nothing"]).repos
    assert (anonymous.state, known.state, missing.state) == (State.GONE, State.PRESENT, State.GONE)


def test_no_token_of_the_machine_is_picked_up(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a configured token the reading is anonymous, whatever the environment holds."""
    monkeypatch.setenv("HF_TOKEN", TOKEN)
    with bench("o/a", "x/one") as b:
        b.hub.read(["o"], ["x/one"])
        assert {request.bearer for request in b.stand_in.requests} == {None}


def test_a_refused_token_makes_repos_unreadable_and_is_never_shown(caplog: pytest.LogCaptureFixture) -> None:
    """A bad token is no reason to call a repo gone, and stays out of every record, message and log."""
    caplog.set_level(logging.DEBUG)
    with bench("o/a", "x/one", tokens=frozenset()) as b:
        hub = b.reader(token=TOKEN)
        reading = hub.read(["o"], ["x/one", "o/a"])
        assert {request.bearer for request in b.stand_in.requests} == {TOKEN}
    assert {repo.state for repo in reading.repos} == {State.UNREADABLE}
    assert all("token" in (repo.detail or "") for repo in reading.repos)
    assert TOKEN not in repr(reading) + repr(hub) + caplog.text


@pytest.mark.parametrize(
    "location", ["http://localhost:1/api/models/x/one", "/x/one/resolve/main/config.json", "/login", "http://[bad/"]
)
def test_a_redirect_elsewhere_is_not_followed(location: str) -> None:
    """Neither another host nor a file is ever asked for, so no token leaves and no download is counted."""
    with bench("x/one", tokens=frozenset({TOKEN})) as b:
        b.stand_in.always("/x/one", Elsewhere(location))
        reading = b.reader(token=TOKEN).read([], ["x/one"])
        assert b.stand_in.violations == []
        assert len(b.stand_in.requests) == 1
    assert reading.repos[0].state is State.UNREADABLE
    assert not reading.complete


def test_a_paging_link_to_another_host_ends_the_listing() -> None:
    """The first page is kept, the second is not fetched elsewhere, and no repo is called gone for it."""
    with bench("o/a", "o/b") as b:
        b.stand_in.script("author=o", Elsewhere("http://localhost:1/api/models?author=o&cursor=MQ==", as_link=True))
        reading = b.hub.read(["o"], ["o/zz"])
    repos = by_id(reading)
    assert (repos["o/a"].state, repos["o/b"].state) == (State.PRESENT, State.PRESENT)
    assert repos["o/zz"].state is State.UNREADABLE
    assert "localhost" in (repos["o/zz"].detail or "")
    assert (reading.complete, reading.broken) == (False, ("o",))


def test_redirects_and_paging_in_a_circle_come_to_an_end() -> None:
    """A redirect to itself and a next page that is the same page are given up."""
    with bench("o/a", "x/one") as b:
        b.stand_in.always("/x/one", Elsewhere("/api/models/x/one"))
        b.stand_in.always("author=o", Elsewhere(f"{b.stand_in.url}/api/models?author=o", as_link=True))
        reading = b.hub.read(["o"], ["x/one"])
    assert by_id(reading)["x/one"].state is State.UNREADABLE
    assert reading.broken == ("o",)


@pytest.mark.parametrize(
    ("change", "detail"),
    [
        (lambda repo: repo | {"downloads": -3}, "downloads is -3"),
        (lambda repo: repo | {"downloadsAllTime": 174.5}, "downloadsAllTime is 174.5"),
        (lambda repo: repo | {"downloadsAllTime": "412"}, "downloadsAllTime is '412'"),
        (lambda repo: repo | {"downloads": True}, "downloads is True"),
        (lambda repo: repo | {"downloadsAllTime": 2**63}, "downloadsAllTime is 9223372036854775808"),
        (lambda repo: repo | {"downloads": {"n": 1}}, "downloads is a dict"),
    ],
)
def test_counters_that_are_no_counts_are_not_believed(change: object, detail: str) -> None:
    """An answer with a nonsensical counter is unreadable as a whole, in a listing and by itself, and says why."""
    with bench("o/a", "x/one") as b:
        b.stand_in.always("", Altered(change))  # type: ignore[arg-type]
        reading = b.hub.read(["o"], ["x/one"])
    for repo in reading.repos:
        assert (repo.state, repo.downloads_30d, repo.downloads_all_time) == (State.UNREADABLE, None, None)
        assert (repo.detail or "").startswith(detail)
        assert repo.answer_sha256 is not None
    assert not reading.complete


def test_one_strange_repo_costs_neither_the_page_nor_the_next_one() -> None:
    """What the client itself cannot read (a list for a repo, an odd date) leaves the rest of the listing whole."""

    def strange(repo: dict[str, object]) -> object:
        if repo["id"] == "o/m-1":
            return repo | {"createdAt": "long ago", "cardData": 3, "siblings": 7, "tags": "none", "downloads": 31}
        return repo if repo["id"] != "o/m-2" else ["no", "repo"]

    with bench(*(f"o/m-{n}" for n in range(5)), page_size=3) as b:
        b.stand_in.always("author=o", Altered(strange))  # type: ignore[arg-type]
        reading = b.hub.read(["o"], [])
    repos = by_id(reading)
    assert sorted(repos) == ["o/m-0", "o/m-1", "o/m-3", "o/m-4"]
    odd = repos["o/m-1"]
    assert (odd.state, odd.downloads_30d, odd.created_at, odd.tags) == (State.PRESENT, 31, None, None)
    assert odd.detail == "not understood: createdAt, tags"
    assert not reading.complete  # an item that names no repo may be one of ours


@pytest.mark.parametrize("body", [b"{}", b'"text"', b"[1, 2]", b"null", b'{"id": 5}', b'{"id": "a/b/c"}'])
def test_json_that_names_no_repo_is_unreadable(body: bytes) -> None:
    """Valid JSON of the wrong shape gives an unreadable repo and a broken listing, never an error."""
    with bench() as b:
        b.stand_in.always("", Page(body, "application/json"))
        reading = b.hub.read(["o"], ["x/one"])
    assert by_id(reading)["x/one"].state is State.UNREADABLE
    assert reading.broken == ("o",)


def test_the_kept_answer_gives_the_same_snapshot_again() -> None:
    """Read anew from the stored bytes, every repo comes out as it was recorded; a listing is kept once a page."""
    with bench(*(f"o/m-{n}" for n in range(5)), "x/one", "x/new", page_size=3) as b:
        b.world.renamed = {"x/old": "x/new"}
        b.world.add("o/odd", downloads=-1)
        reading = b.hub.read(["o"], ["x/one", "x/old"])
    answers = {answer.sha256: answer for answer in reading.answers}
    assert len(answers) == 4  # two pages and two repos
    for repo in reading.repos:
        assert repo.answer_sha256 is not None
        assert read_repo(answers[repo.answer_sha256], repo.repo_id) == repo


@pytest.mark.parametrize(
    ("status", "state"), [(404, State.UNREADABLE), (401, State.UNREADABLE), (403, State.UNREADABLE)]
)
def test_a_gateway_page_with_an_error_status_says_nothing_of_a_repo(status: int, state: State) -> None:
    """A 401 or 404 that is not the Hub's own (no code, not JSON) does not make a repo gone."""
    with bench("x/one") as b:
        b.stand_in.always("/x/one", Status(status, {"Content-Type": "text/html"}, b"<html>no</html>"))
        (repo,) = b.hub.read([], ["x/one"]).repos
    assert repo.state is State.UNREADABLE


@pytest.mark.parametrize(
    ("fault", "state", "detail"),
    [
        (Status(404), State.GONE, "HTTP 404: gone or private"),
        (Status(401), State.GONE, "HTTP 401: gone or private"),
        (Status(403), State.UNREADABLE, "HTTP 403"),
        (Status(403, {"X-Error-Code": "GatedRepo"}), State.UNREADABLE, "HTTP 403: gated, and closed to this reader"),
        (
            Status(403, {"X-Error-Message": "Access to this resource is disabled."}),
            State.DISABLED,
            "HTTP 403: disabled",
        ),
        (Status(404, {"X-Error-Code": "RevisionNotFound"}), State.GONE, "HTTP 404: gone or private"),
        (Status(400), State.UNREADABLE, "HTTP 400"),
        (Status(418), State.UNREADABLE, "HTTP 418"),
        (Status(204, body=b""), State.UNREADABLE, "the client gave up (JSONDecodeError)"),
    ],
)
def test_each_error_status_has_its_meaning(fault: Status, state: State, detail: str) -> None:
    """Statuses that a repetition cannot mend are taken at once for what they mean."""
    with bench("x/one") as b:
        b.stand_in.always("/x/one", fault)
        reading = b.hub.read([], ["x/one"])
        assert len(b.stand_in.requests) == 1
    assert (reading.repos[0].state, reading.repos[0].detail) == (state, detail)


def test_an_id_that_is_none_is_not_asked_for() -> None:
    """The client refuses a malformed id before any request."""
    with bench() as b:
        (repo,) = b.hub.read([], ["a/b/c"]).repos
        assert b.stand_in.requests == []
    assert (repo.state, repo.detail) == (State.UNREADABLE, "not the id of a repo")


def test_probe_names_the_repos_that_do_not_answer_as_they_are_named() -> None:
    """Gone, renamed and disabled repos are named; those that answer are not."""
    with bench("x/one", "x/new") as b:
        b.world.renamed = {"x/old": "x/new"}
        b.world.add("x/closed", disabled=True)
        odd = b.hub.probe(["x/one", "x/old", "x/closed", "x/none"])
    assert {repo.repo_id: repo.state for repo in odd} == {
        "x/old": State.RENAMED,
        "x/closed": State.DISABLED,
        "x/none": State.GONE,
    }


def test_the_clients_session_is_left_as_it_was() -> None:
    """A program that uses the Hub's client itself gets its own session back after a reading."""
    import huggingface_hub

    with bench("x/one") as b:
        b.hub.read([], ["x/one"])
        session = huggingface_hub.get_session()
        assert session._transport.__class__.__name__ == "HTTPTransport"
        huggingface_hub.close_session()


def test_the_machines_proxy_is_used_but_never_for_loopback(monkeypatch: pytest.MonkeyPatch) -> None:
    """A Hub elsewhere is reached through the proxy of the environment, a stand-in on this machine without it."""
    with bench("x/one") as b:
        monkeypatch.setenv("http_proxy", b.stand_in.url)
        far = Hub("http://hub.invalid", token=None, contact="t@example.org", clock=b.clock, sleep=b.clock.sleep)
        assert far.read([], ["x/one"]).complete
        monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
        assert b.hub.read([], ["x/one"]).complete
        monkeypatch.setenv("no_proxy", "hub.invalid")
        assert not far.read([], ["x/one"]).complete


def test_offline_mode_is_honoured() -> None:
    """With HF_HUB_OFFLINE set no request goes out, and the reading says why it is empty."""
    with bench("x/one") as b:
        script = (
            "import json, sys; from alia_watch.sources.hub import Hub\n"
            f"reading = Hub({b.stand_in.url!r}, token=None, contact='t@example.org').read(['o'], ['x/one'])\n"
            "print(json.dumps([reading.requests, reading.repos[0].detail]))"
        )
        ran = subprocess.run(
            [sys.executable, "-c", script],
            env=os.environ | {"HF_HUB_OFFLINE": "1"},
            capture_output=True,
            text=True,
            check=True,
        )
        assert b.stand_in.requests == []
    assert json.loads(ran.stdout) == [0, "HF_HUB_OFFLINE is set: unset it"]


def test_the_hubs_client_is_imported_only_by_a_reading() -> None:
    """Making a reader, and estimating with it, loads neither the client nor its HTTP library."""
    script = (
        "import sys; from alia_watch.sources.hub import Hub\n"
        "hub = Hub('https://huggingface.co', token=None, contact='t@example.org'); hub.estimate(['o'], ['x/one'])\n"
        "assert not {'huggingface_hub', 'httpx2'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", script], check=True)


def test_a_closed_reader_reads_nothing() -> None:
    """After `close` a reading ends before its first request and says so."""
    with bench("x/one") as b:
        b.hub.close()
        reading = b.hub.read(["o"], ["x/one"])
        assert b.stand_in.requests == []
    assert reading.repos[0].detail == "the reading was stopped"
    assert not reading.complete


def test_an_estimate_counts_pages_and_windows() -> None:
    """A listing counts a request a thousand repos, and each window beyond the first lasts as the quota says."""
    hub = Hub("https://huggingface.co", token=None, contact="t@example.org")
    small = hub.estimate({"o": 1500}, ["x/one", "x/one", "o/inside"])
    assert (small.requests, small.at_least.total_seconds()) == (3, 0)
    assert str(small) == "3 requests: a minute or two, inside the Hub's quota of 500 in 5 minutes"
    large = hub.estimate(["o"], [f"x/{n}" for n in range(1200)])
    assert (large.requests, large.at_least.total_seconds()) == (1201, 600)
    assert str(large) == "1201 requests: at least 10 minutes, under the Hub's quota of 500 in 5 minutes"
    with_token = Hub("https://huggingface.co", token=TOKEN, contact="t@example.org")
    assert with_token.estimate([], [f"x/{n}" for n in range(1000)]).at_least.total_seconds() == 0


def test_what_is_made_from_a_repo_is_counted_by_kind(tmp_path: Path) -> None:
    """By the Hub's own tags, page by page, and its discussions with their pages; the raw answers are kept."""
    with bench(page_size=2) as b:
        b.world.add("a/base", discussions=120)
        for number in range(7):
            kind = "quantized" if number < 5 else "merge"
            b.world.add(f"b/made-{number}", tags=["base_model:a/base", f"base_model:{kind}:a/base"])
        b.world.add("b/other", tags=["base_model:quantized:a/base-2"])
        [look], answers = b.hub.around(["a/base"])
        assert b.stand_in.violations == []
    assert look.derived == {"finetune": 0, "adapter": 0, "merge": 2, "quantized": 5}
    assert look.discussions == 120
    assert len(answers) == 6  # two kinds have none, and their pages are the same bytes; one page, three, discussions
    with open_store(tmp_path / "x.db", create=True) as store:
        save_community(store, [look], answers)
        assert last_community(store, "a/base", until=look.observed_at) == look
        assert last_community(store, "a/base", until=look.observed_at - timedelta(seconds=1)) is None


@pytest.mark.parametrize(
    "fault", [Status(503), Page(b'{"count": -1}', "application/json"), Page(b"<html>", "text/html")]
)
def test_what_could_not_be_counted_is_not_zero(fault: Fault) -> None:
    """One kind whose listing fails, and discussions that make no sense, are left out; the rest stands."""
    with bench() as b:
        b.world.add("a/base")
        b.stand_in.always("discussions", fault)
        b.stand_in.always("base_model:merge", fault)
        [look], _ = b.hub.around(["a/base"])
    assert look.derived == {"finetune": 0, "adapter": 0, "quantized": 0}
    assert look.discussions is None


@pytest.mark.parametrize("page", [b'[null, {"id": "b/x"}]', b'[{"id": 7}]', b"{}"])
def test_a_listing_that_names_no_repos_is_no_count(page: bytes) -> None:
    """And a repo that is listed twice is one."""
    with bench() as b:
        b.world.add("a/base")
        b.stand_in.always("base_model:merge", Page(page, "application/json"))
        b.stand_in.always("base_model:adapter", Page(b'[{"id": "b/x"}, {"id": "b/x"}]', "application/json"))
        [look], _ = b.hub.around(["a/base"])
    assert look.derived == {"finetune": 0, "adapter": 1, "quantized": 0}
