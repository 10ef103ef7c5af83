"""Which addresses are taken, who is a person as far as a form can tell, and how often one is written to."""

from datetime import UTC, datetime, timedelta
from email.headerregistry import Address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alia_watch.audience.signup import AN_ADDRESS_EVERY, FASTEST, SLOWEST, is_person, may_write, normalised

NOW = datetime(2026, 2, 1, 10, tzinfo=UTC)
moments = st.lists(st.timedeltas(timedelta(0), timedelta(hours=3)).map(lambda ago: NOW - ago), max_size=30)


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("  Ana@Example.NET ", "Ana@example.net"),
        ("ana+press@example.net", "ana+press@example.net"),
        ("ana@ñandú.es", "ana@xn--and-6ma2c.es"),
        ("ANA@XN--AND-6MA2C.ES", "ANA@xn--and-6ma2c.es"),
        ("o'neill@example.co.uk", "o'neill@example.co.uk"),
    ],
)
def test_an_address_is_kept_as_mail_servers_take_it(written: str, kept: str) -> None:
    """Its domain in ASCII and lower case; what stands before the @ is its owner's affair."""
    assert normalised(written) == kept
    assert normalised(kept) == kept


@pytest.mark.parametrize(
    "written",
    [
        "",
        "ana",
        "ana@",
        "@example.net",
        "ana@localhost",
        "ana@example.net\r\nBcc: eva@example.net",
        "ana@example.net, eva@example.net",
        "Ana <ana@example.net>",
        '"a b"@example.net',
        "ana@[127.0.0.1]",
        "aña@example.net",
        "ana@example..net",
        "ana\u202e@example.net",
        "a" * 65 + "@example.net",
        "ana@" + "a." * 130 + "es",
    ],
)
def test_what_is_none_is_refused(written: str) -> None:
    """Names, two at once, line breaks, and what relays without SMTPUTF8 cannot carry."""
    with pytest.raises(ValueError, match="no mail address"):
        normalised(written)


@given(st.one_of(st.text(max_size=300), st.emails()))
def test_whatever_is_taken_fits_into_a_header(text: str) -> None:
    """It is one address, of plain characters, and the same when it is entered again."""
    try:
        kept = normalised(text)
    except ValueError:
        return
    assert kept.isascii()
    assert kept.isprintable()
    assert not set(kept) & set(' ,;<>"\r\n')
    assert Address(addr_spec=kept).addr_spec == kept
    assert normalised(kept) == kept


@given(st.timedeltas(timedelta(days=-2), timedelta(days=2)))
def test_a_person_takes_their_time_but_not_days(taken: timedelta) -> None:
    """From three seconds to a day."""
    assert is_person("", NOW - taken, NOW) == (FASTEST <= taken <= SLOWEST)
    assert not is_person("https://spam.example", NOW - taken, NOW)
    assert not is_person("", None, NOW)


@given(moments, moments, st.integers(1, 25))
def test_nobody_is_flooded(to_address: list[datetime], by_client: list[datetime], an_hour: int) -> None:
    """One letter an hour to an address, and so many of one network; and who is below both gets theirs."""
    lately = [each for each in by_client if NOW - each < timedelta(hours=1)]
    waits = any(NOW - each < AN_ADDRESS_EVERY for each in to_address)
    expected = not waits and len(lately) < an_hour
    assert may_write(to_address, by_client, an_hour=an_hour, now=NOW) == expected
