"""Words in the lengths that Telegram takes: counted as it counts, cut without losing any."""

import html
import re
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alia_bot.channels.telegram_words import length, pieces, place, steps, visible
from alia_watch.audience.message import Attachment, Button, Image
from alia_watch.audience.subscriber import ChannelKind
from tests.outbox import message

LONGEST, CAPTION = 4096, 1024
letters = st.sampled_from("aéñ€字😀👩\u200d🏽\n \t<&>\"'")
#: Texts of a few words, repeated until they are long.
words = st.lists(st.text(letters, min_size=1, max_size=30), min_size=1, max_size=8)
long_texts = st.builds(
    lambda parts, glue, times: glue.join(parts * times),
    words,
    st.sampled_from([" ", "\n", "", "\n\n", "  "]),
    st.integers(1, 400),
)


@given(text=st.text())
def test_length_counts_as_telegram_does(text: str) -> None:
    """A letter beyond the first plane, such as an emoji, counts as two."""
    assert length(text) == sum(2 if ord(letter) > 0xFFFF else 1 for letter in text)


@settings(max_examples=150)
@given(text=long_texts)
def test_no_piece_is_too_long_and_nothing_is_lost(text: str) -> None:
    """Every letter arrives, in order, in pieces that Telegram takes; only blank space at a cut may go."""
    cut = pieces(text)
    assert all(0 < length(piece) <= LONGEST for piece in cut)
    assert "".join("".join(cut).split()) == "".join(text.split())
    assert all(piece.strip() for piece in cut), "Telegram refuses an empty message"
    for piece in cut:
        piece.encode("utf-16-le")  # no letter is halved
    if length(text) <= LONGEST and text.strip():
        assert cut == [text]


@settings(max_examples=150)
@given(text=long_texts)
def test_a_word_that_fits_is_not_cut(text: str) -> None:
    """Words end where they ended, unless a single one is longer than a message."""
    if all(length(word) <= LONGEST for word in text.split()):
        assert [word for piece in pieces(text) for word in piece.split()] == text.split()


def test_lines_are_kept_together() -> None:
    """A long text is cut between lines, not within one."""
    lines = [f"{number}: " + "word " * 60 + "." for number in range(40)]
    cut = pieces("\n".join(lines))
    assert len(cut) > 1
    assert [line for piece in cut for line in piece.split("\n")] == lines


@pytest.mark.parametrize("text", ["😀" * 5000, "a" + "😀" * 5000, "x" * 10_000])
def test_a_word_longer_than_a_message_is_cut_between_letters(text: str) -> None:
    """As full as a message may be, and no letter halved."""
    cut = pieces(text)
    assert "".join(cut) == text
    assert all(length(piece) >= LONGEST - 1 for piece in cut[:-1])


@given(text=st.text(max_size=200))
def test_visible_text_is_what_was_written(text: str) -> None:
    """Marks go, and what stands for a letter becomes it again."""
    escaped = html.escape(text)
    assert visible(escaped) == text
    assert visible(f'<b>{escaped}</b><a href="https://e.org/?a=1&amp;b=2">{escaped}</a>') == text + text


images = st.lists(
    st.builds(Image, st.just("a.png"), st.text(st.characters(exclude_categories=["Cs"]), max_size=20), st.just(b"png")),
    max_size=3,
).map(tuple)
files = st.lists(st.builds(Attachment, st.just("a.html"), st.just(b"x")), max_size=2).map(tuple)
ROW = ((Button("Settings", "set"),),)


@settings(max_examples=150)
@given(size=st.integers(1, 5000), emoji=st.booleans(), images=images, files=files)
def test_a_message_arrives_whole_and_in_order(
    size: int, emoji: bool, images: tuple[Image, ...], files: tuple[Attachment, ...]
) -> None:
    """The words once, each picture once, files last; buttons once, with the words; a caption only where they fit."""
    text = ("😀" if emoji else "x") * size
    whole = message(ChannelKind.TELEGRAM, text=text, markup=f"<b>{text}</b>", images=images)
    whole = replace(whole, attachments=files, buttons=ROW)
    sent = steps(whole)
    assert [step.image for step in sent if step.image] == list(images)
    assert [step.file for step in sent if step.file] == list(files)
    assert not files or all(step.file for step in sent[-len(files) :])
    [words] = [step for step in sent if step.markup == whole.markup]
    assert (words.plain, words.buttons) == (whole.text, ROW)
    assert sent[0] is words
    assert [step for step in sent if step.buttons] == [words]
    assert (words.image is not None) is bool(images and length(text) <= CAPTION)
    for step in sent:
        assert step.image is None or length(visible(step.markup)) <= CAPTION


@given(chat=st.integers(-(10**19) + 1, 10**19 - 1), topic=st.none() | st.integers(0, 10**9))
def test_an_address_is_a_chat_and_perhaps_a_topic(chat: int, topic: int | None) -> None:
    """What was made of a chat and a topic gives both back."""
    assert place(f"{chat}" if topic is None else f"{chat}/{topic}") == (chat, topic)


@given(text=st.text(max_size=30) | st.text("0123456789-/@_a", max_size=30))
def test_what_is_no_address_is_refused(text: str) -> None:
    """A number, with a topic or without, or the name of a channel; nothing else, not even in other digits."""
    known = re.fullmatch(r"-?[0-9]{1,19}(/[0-9]{1,19})?|@[A-Za-z0-9_]+", text)
    if known:
        chat, topic = place(text)
        assert str(chat).lstrip("-") in text
        assert (topic is not None) is ("/" in text)
    else:
        with pytest.raises(ValueError, match="no chat id"):
            place(text)
