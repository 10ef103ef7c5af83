"""Links for one purpose each: who holds one can do what it is for, and nobody can make another out of it."""

from datetime import UTC, datetime, timedelta

from hypothesis import assume, given
from hypothesis import strategies as st

from alia_watch.audience.links import CONFIRM_WITHIN, Links

NOW = datetime(2026, 2, 1, 10, tzinfo=UTC)
SITE = "https://alia.example.org"
OURS, OTHERS = Links(b"k" * 32, SITE), Links(b"o" * 32, SITE)
#: Ids as they are made: of the web, of a configuration, of Telegram.
ids = st.one_of(
    st.text("0123456789abcdef", min_size=30, max_size=30).map("email:{}".format),
    st.emails().map("email:{}".format),
    st.integers(-(10**13), 10**13).map("telegram:{}".format),
)


def token(url: str) -> str:
    """What stands after the page."""
    return url.removeprefix(SITE).split("/", 2)[2]


@given(ids)
def test_each_link_says_whose_it_is_and_for_what(who: str) -> None:
    """And is read as nothing else, nor by another watch."""
    leave, change, confirm = token(OURS.leave(who)), token(OURS.preferences(who)), token(OURS.confirm(who, NOW))
    assert (OURS.read_leave(leave), OURS.read_preferences(change), OURS.read_confirm(confirm, NOW)) == (who,) * 3
    for each in (change, confirm):
        assert OURS.read_leave(each) is None
    for each in (leave, confirm):
        assert OURS.read_preferences(each) is None
    for each in (leave, change):
        assert OURS.read_confirm(each, NOW) is None
    assert OTHERS.read_leave(leave) is None
    assert OTHERS.read_confirm(confirm, NOW) is None


@given(ids, st.data())
def test_no_other_token_comes_of_one_by_changing_it(who: str, data: st.DataObject) -> None:
    """One character altered, left out or put in anywhere."""
    good = token(OURS.leave(who))
    place = data.draw(st.integers(0, len(good) - 1))
    put = data.draw(st.sampled_from(["", "A", "b", "7", ".", "é", "\x00"]))
    length = data.draw(st.integers(0, 1))
    altered = good[:place] + put + good[place + length :]
    assume(altered != good)
    # base64 leaves some characters of a signature unread: then it is still its owner's
    assert OURS.read_leave(altered) in ((None,) if place < len(who) else (None, who))


@given(st.text(max_size=200))
def test_whatever_comes_as_a_token_is_nobodys(text: str) -> None:
    """And raises nothing."""
    assert OURS.read_leave(text) is None
    assert OURS.read_preferences(text) is None
    assert OURS.read_confirm(text, NOW) is None
    assert OURS.read_verp(text, ["email:a", "email:b"]) is None


@given(ids, st.timedeltas(timedelta(0), timedelta(days=30)))
def test_a_link_to_confirm_is_good_for_a_week_and_not_before_it_was_made(who: str, later: timedelta) -> None:
    """By the watch's own clock."""
    asked = token(OURS.confirm(who, NOW))
    good = later // timedelta(seconds=1) <= CONFIRM_WITHIN // timedelta(seconds=1)
    assert OURS.read_confirm(asked, NOW + later) == (who if good else None)
    assume(later >= timedelta(seconds=1))
    assert OURS.read_confirm(asked, NOW - later) is None


@given(st.lists(ids, min_size=1, max_size=5, unique=True))
def test_a_return_address_is_short_plain_and_its_owners(everybody: list[str]) -> None:
    """In whatever case a mail server writes it."""
    for who in everybody:
        mark = OURS.verp(who)
        assert (len(mark), mark.isalnum(), mark) == (24, True, mark.lower())
        assert OURS.read_verp(mark.upper(), everybody) == who
        assert OTHERS.read_verp(mark, everybody) is None


@given(st.text("0123456789abcdef", min_size=30, max_size=30).map("email:{}".format))
def test_the_header_for_leaving_stays_on_one_line(who: str) -> None:
    """Link and brackets below 200 characters, of those that sign up."""
    assert len(f"<{OURS.leave(who)}>") < 200
