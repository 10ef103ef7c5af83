"""Whatever stands in a report, Telegram takes its markup and no name becomes markup."""

import html
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from alia_bot.demo.telegram_html import parse
from alia_watch.audience.subscriber import ChannelKind
from alia_watch.reports.render import TELEGRAM_LIMIT, render
from alia_watch.reports.speech import LANGUAGES
from tests.reports import NAMES, sample

HOSTILE = st.text(
    st.sampled_from("<>&\"'{}%/ab ñ😀\n\u202e\xa0") | st.characters(exclude_categories=["Cs", "Cc"]),
    min_size=1,
    max_size=60,
)
LANGUAGE = st.sampled_from(LANGUAGES)


def replaced(value: Any, words: dict[str, str]) -> Any:
    """The document with every text under some keys replaced."""
    if isinstance(value, dict):
        return {
            key: words.get(key) if key in words and isinstance(item, str) else replaced(item, words)
            for key, item in value.items()
        }
    return [replaced(item, words) for item in value] if isinstance(value, list) else value


@given(name=st.sampled_from(NAMES), language=LANGUAGE, hostile=HOSTILE)
@settings(max_examples=25)
def test_telegram_takes_any_text(name: str, language: str, hostile: str) -> None:
    """Hostile names, titles and addresses are escaped: the markup parses, and every part keeps to the limit."""
    words = dict.fromkeys(("title", "publisher", "covers", "scenario_name", "watch", "funder"), hostile)
    words["url"] = f"https://example.org/?{hostile}"
    report = sample(name)
    document = replaced(report.document, words)
    for message in render(sample(name, **document), language, ChannelKind.TELEGRAM):
        text = parse(message.markup).text
        assert message.attachments or 0 < len(text.encode("utf-16-le")) // 2 <= TELEGRAM_LIMIT + 96
        assert "<script" not in message.markup


@given(name=st.sampled_from(NAMES), language=LANGUAGE, hostile=HOSTILE)
@settings(max_examples=15)
def test_no_text_becomes_markup_in_a_mail(name: str, language: str, hostile: str) -> None:
    """A title with tags in it is read as the title it is."""
    title = f"<script>alert(1)</script>{hostile}"
    document = replaced(sample(name).document, {"title": title, "funder": title, "covers": title})
    markup = render(sample(name, **document), language, ChannelKind.EMAIL)[0].markup
    assert "<script" not in markup
    assert "<script" not in html.unescape(markup) or "&lt;script" in markup


@given(count=st.integers(1, 400), language=LANGUAGE)
@settings(max_examples=8)
def test_a_long_report_is_split_between_blocks(count: int, language: str) -> None:
    """Parts together hold every announcement once, in order; none ends with a heading."""
    one = sample("digest_whole").document["announcements"][0]
    many = [{**one, "title": f"anuncio {number:03}"} for number in range(count)]
    parts = render(sample("digest_whole", announcements=many), language, ChannelKind.TELEGRAM)
    text = "".join(parse(part.markup).text for part in parts)
    assert [part.part for part in parts] == list(range(len(parts)))
    places = [text.index(f"anuncio {number:03}") for number in range(count)]
    assert places == sorted(places)
    assert all(not part.markup.rstrip().endswith("</b>") for part in parts)
