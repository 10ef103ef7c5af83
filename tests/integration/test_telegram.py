"""Telegram's own ways, over the strict stand-in Bot API: what is sent, and what each answer means."""

import logging
from collections.abc import Iterator
from dataclasses import replace

import pytest

from alia_bot.channels import telegram
from alia_bot.channels.outcome import Later, Moved, Never, Outcome, Sent, Unclear
from alia_bot.channels.telegram import TelegramChannel
from alia_bot.channels.telegram_words import pieces
from alia_bot.demo import telegram as bot_api
from alia_bot.demo.telegram import Chat, Fault, TelegramStandIn, flood
from alia_bot.demo.telegram_html import Entity, length
from alia_watch.audience.message import Attachment, Image, Message
from alia_watch.audience.subscriber import ChannelKind
from alia_watch.errors import ChannelError
from tests.benches import closed_port
from tests.outbox import NOW, message, subscriber
from tests.pictures import png
from tests.telegram import Hours, unhurried
from tests.telegram import channel as telegram_channel

TELEGRAM = ChannelKind.TELEGRAM
CHART = Image("chart.png", "Descargas por día <174>", png())


@pytest.fixture
def api() -> Iterator[TelegramStandIn]:
    with TelegramStandIn() as stand_in:
        stand_in.chats[-100] = Chat(threads=(45,))
        yield stand_in


@pytest.fixture
def hours() -> Hours:
    return Hours()


@pytest.fixture
def channel(api: TelegramStandIn, hours: Hours) -> Iterator[TelegramChannel]:
    opened = telegram_channel(api.token, api.url + "/", 2, unhurried(hours))
    yield opened
    opened.close()


def post(channel: TelegramChannel, sent: Message | None = None, address: str = "-100") -> Outcome:
    return channel.send(
        subscriber(TELEGRAM, address), sent or message(TELEGRAM), message_id="digest-2026-01.1.ab", now=NOW
    )


def test_words_arrive_formatted_and_without_previews(api: TelegramStandIn, channel: TelegramChannel) -> None:
    """HTML becomes entities; the id that comes back is Telegram's."""
    assert post(channel, message(TELEGRAM, markup="<b>174</b> &lt; 200")) == Sent("1")
    [posted] = api.posted
    assert (posted.text, posted.entities, posted.thread) == ("174 < 200", (Entity("bold", 0, 3),), None)


def test_a_forum_topic_is_one_place(api: TelegramStandIn, channel: TelegramChannel) -> None:
    """`chat/thread` goes into that topic; where it is gone, the general one is told and takes over."""
    assert post(channel, address="-100/45") == Sent("1")
    assert api.posted[0].thread == 45
    assert post(channel, address="-100/46") == Moved("-100")
    assert (api.posted[1].thread, api.posted[1].text[:34]) == (None, "El tema al que iban los mensajes e")


def test_a_public_channel_is_named(api: TelegramStandIn, channel: TelegramChannel) -> None:
    """`@name` is a place of its own."""
    api.chats["@alia_watch"] = Chat()
    assert post(channel, address="@alia_watch") == Sent("1")
    assert api.posted[0].chat_id == "@alia_watch"


@pytest.mark.parametrize("address", ["", "ana", "12a", "-100/x", "-100/45/6", "@", "@a b", "-100\n", "٣"])
def test_what_is_no_place_stops_its_subscriber(api: TelegramStandIn, channel: TelegramChannel, address: str) -> None:
    """An address that is no chat id is never asked for."""
    assert post(channel, address=address) == Never("the address is no chat id", ours=False, stop=True)
    assert api.calls == []


def test_a_short_report_is_the_caption_of_its_picture(api: TelegramStandIn, channel: TelegramChannel) -> None:
    """One message with the picture whole and the formatted words beneath."""
    assert post(channel, message(TELEGRAM, images=(CHART,))) == Sent("1")
    assert (api.posted[0].photo, api.posted[0].text) == (CHART.png, "174 descargas")
    assert api.posted[0].entities == (Entity("bold", 0, 3),)


def test_a_long_report_comes_before_its_pictures(api: TelegramStandIn, channel: TelegramChannel) -> None:
    """Words too long for a caption are a message of their own; each picture says what it shows."""
    long = "palabra " * 200
    assert post(channel, message(TELEGRAM, markup=long, images=(CHART, CHART))) == Sent("1,2,3")
    assert [(p.photo is None, p.text) for p in api.posted] == [(True, long), (False, CHART.alt), (False, CHART.alt)]


def test_markup_does_not_count_for_the_captions_limit(api: TelegramStandIn, channel: TelegramChannel) -> None:
    """The limit is that of the words that are seen: links and references may be longer."""
    markup = '<a href="https://x.example/' + "y" * 900 + '">q</a>' + "&amp;" * 1000
    assert post(channel, message(TELEGRAM, markup=markup, images=(CHART,))) == Sent("1")
    assert length(api.posted[0].text) == 1001


def test_broken_markup_goes_out_as_plain_text(api: TelegramStandIn, channel: TelegramChannel) -> None:
    """Nothing is lost where Telegram cannot read the markup, and the note says what it objected to."""
    sent = post(channel, message(TELEGRAM, markup="<p>174</p>", text="174 descargas <b>"))
    assert isinstance(sent, Sent)
    assert "plain text" in sent.note
    assert 'unsupported start tag "p"' in sent.note
    assert api.posted[0].text == "174 descargas <b>"


def test_plain_text_too_long_for_one_message_is_cut_between_lines(
    api: TelegramStandIn, channel: TelegramChannel
) -> None:
    """In place of broken markup the plain text comes whole, in as many messages as it takes."""
    text = "\n".join(f"línea {n} 😀" for n in range(1000))
    assert isinstance(post(channel, message(TELEGRAM, markup="<p>", text=text)), Sent)
    assert "\n".join(posted.text for posted in api.posted) == text
    assert len(api.posted) > 1


def test_a_broken_caption_keeps_its_picture(api: TelegramStandIn, channel: TelegramChannel) -> None:
    """The picture is sent with plain words, or where they are too long, with what it shows and the words after it."""
    assert post(channel, message(TELEGRAM, markup="<p>", text="plain", images=(CHART,))).__class__ is Sent
    assert [(p.photo is None, p.text) for p in api.posted] == [(False, "plain")]
    assert post(channel, message(TELEGRAM, markup="<p>", text="y" * 2000, images=(CHART,))).__class__ is Sent
    assert [(p.photo is None, p.text[:5]) for p in api.posted[1:]] == [(False, CHART.alt[:5]), (True, "yyyyy")]


@pytest.mark.parametrize("broken", [b"no picture", png(9000, 2000), png(4000, 100)])
def test_a_picture_telegram_cannot_use_is_left_out(
    api: TelegramStandIn, channel: TelegramChannel, broken: bytes
) -> None:
    """The words go out without it, and the note says so."""
    sent = post(channel, message(TELEGRAM, images=(Image("chart.png", "alt", broken),)))
    assert isinstance(sent, Sent)
    assert "chart.png was left out" in sent.note
    assert [(posted.text, posted.photo) for posted in api.posted] == [("174 descargas", None)]


@pytest.mark.parametrize("sent", ["picture", "page"])
def test_a_file_for_many_chats_is_uploaded_once(api: TelegramStandIn, channel: TelegramChannel, sent: str) -> None:
    """Then it goes by Telegram's own id; where that is known no more, it is uploaded again."""
    told = message(TELEGRAM, images=(CHART,)) if sent == "picture" else with_page()
    chats = [str(chat) for chat in range(-205, -200)]
    api.chats.update({int(chat): Chat() for chat in chats})
    assert all(isinstance(post(channel, told, chat), Sent) for chat in chats)
    assert api.uploads == 1
    api.world.files.forget()
    assert [post(channel, told, chat).__class__ for chat in chats] == [Sent] * len(chats)
    assert api.uploads == 2
    assert [posted.text for posted in api.posted].count("174 descargas") == 2 * len(chats)
    assert {posted.photo or posted.document for posted in api.posted} - {None} == {
        CHART.png if sent == "picture" else PAGE.content
    }


def test_a_message_of_several_requests_goes_on_where_it_stopped(
    api: TelegramStandIn, channel: TelegramChannel, hours: Hours
) -> None:
    """A flood limit between the words and the picture repeats neither."""
    sent = message(TELEGRAM, markup="palabra " * 200, images=(CHART,))
    api.fail(None, bot_api.flood(5))
    assert isinstance(post(channel, sent), Later)
    hours.now += 5
    assert post(channel, sent) == Sent("1,2")
    assert [posted.photo is None for posted in api.posted] == [True, False]


@pytest.mark.parametrize(
    ("description", "status", "meaning"),
    [
        ("Bad Request: chat not found", 400, Never("Chat not found", ours=False, stop=True)),
        ("Bad Request: PEER_ID_INVALID", 400, Never("Peer_id_invalid", ours=False, stop=True)),
        (
            "Bad Request: not enough rights to send text messages to the chat",
            400,
            Never("Not enough rights to send text messages to the chat", ours=False, stop=True),
        ),
        (
            "Forbidden: bot was kicked from the group chat",
            403,
            Never("Forbidden: bot was kicked from the group chat", ours=False, stop=True),
        ),
        ("Forbidden: user is deactivated", 403, Never("Forbidden: user is deactivated", ours=False, stop=True)),
        ("Request Entity Too Large", 413, Never("over-long for Telegram: Request Entity Too Large", ours=True)),
        (
            "Bad Request: message text is empty",
            400,
            Never("Telegram cannot use this message: Message text is empty", ours=True),
        ),
        (
            "Conflict: terminated by other getUpdates request",
            409,
            Never(
                "Telegram refuses this bot: Conflict: terminated by other getUpdates request", ours=True, channel=True
            ),
        ),
        (
            "Internal Server Error",
            500,
            Later(None, "Telegram does not answer as it should: Internal Server Error"),
        ),
        (
            "Too Many Requests",
            429,
            Later(None, "Telegram does not answer as it should: Too Many Requests"),
        ),
    ],
)
def test_each_refusal_has_its_meaning(
    api: TelegramStandIn, channel: TelegramChannel, description: str, status: int, meaning: Outcome
) -> None:
    """A permanent refusal is never taken for a passing one, nor a fault of ours for the recipient's."""
    api.fail(Fault(status, description))
    assert post(channel) == meaning


def test_the_wait_telegram_asks_for_rests_the_chat_that_got_it(
    api: TelegramStandIn, channel: TelegramChannel, hours: Hours
) -> None:
    """A flood limit is as long as Telegram says; another chat's message goes out meanwhile, and nothing is asked of
    the first before its time."""
    api.chats[7] = Chat()
    api.fail(bot_api.flood(35))
    first, asked = post(channel), len(api.calls)
    again = post(channel)
    assert [(each.channel, each.counted) for each in (first, again) if isinstance(each, Later)] == [(False, False)] * 2
    assert len(api.calls) == asked
    assert post(channel, address="7") == Sent("1")
    hours.now += 35
    assert post(channel) == Sent("2")


def test_two_chats_told_to_wait_mean_everyone(api: TelegramStandIn, channel: TelegramChannel) -> None:
    """Where a second chat is refused while the first rests, the limit is the bot's, and the channel rests."""
    api.chats[7] = Chat()
    api.fail(bot_api.flood(35), bot_api.flood(34))
    outcomes = [post(channel), post(channel, address="7")]
    assert [each.channel for each in outcomes if isinstance(each, Later)] == [False, True]


def test_a_group_that_became_a_supergroup_has_moved(api: TelegramStandIn, channel: TelegramChannel) -> None:
    """The new chat id comes back, and nothing was sent."""
    api.chats[-7] = Chat(moved_to=-1007)
    assert post(channel, address="-7") == Moved("-1007")
    assert api.posted == []


@pytest.mark.parametrize("fault", [bot_api.RESET, bot_api.LOST_ANSWER])
def test_a_message_taken_without_an_answer_is_unclear(
    api: TelegramStandIn, channel: TelegramChannel, fault: Fault
) -> None:
    """The message is there although nobody said so: neither sent nor failed."""
    api.fail(fault)
    assert isinstance(post(channel), Unclear)
    assert len(api.posted) == 1


@pytest.mark.parametrize("fault", [bot_api.BAD_GATEWAY, bot_api.SERVER_ERROR])
def test_what_is_not_the_bot_api_is_away(api: TelegramStandIn, channel: TelegramChannel, fault: Fault) -> None:
    """A page of something in between is an outage for now, and rests the channel; where Telegram answers to another
    question, only this message waits."""
    api.fail(fault)
    assert post(channel) == Later(None, refused(fault))
    api.away(fault)
    assert post(channel) == Later(None, refused(fault), channel=True)
    assert post(channel) == Later(None, "Telegram still does not answer", channel=True)
    api.back()
    assert post(channel) == Sent("1")


def refused(fault: Fault) -> str:
    """What is said of it."""
    said = "Bad Gateway (502)" if fault.body else fault.description
    return f"Telegram does not answer as it should: {said}"


def test_nobody_there_is_for_now(api: TelegramStandIn) -> None:
    """A refused connection sent nothing, and rests the channel."""
    away = telegram_channel(api.token, f"http://127.0.0.1:{closed_port()}", 0.4)
    outcome = post(away)
    with pytest.raises(ChannelError, match="does not answer"):
        away.probe()
    away.close()
    assert isinstance(outcome, Later)
    assert outcome.channel


@pytest.mark.parametrize("token", ["1234567890:" + "Z" * 35, "nonsense"])
def test_a_refused_token_is_ours_and_never_shown(
    api: TelegramStandIn, token: str, caplog: pytest.LogCaptureFixture
) -> None:
    """Telegram's 401 and its 404 both mean the token; it stands in no outcome, error or log line of ours."""
    wrong = telegram_channel(token, api.url, 0.4)
    with caplog.at_level(logging.WARNING):
        outcome = post(wrong)
        with pytest.raises(ChannelError) as refused:
            wrong.probe()
    wrong.close()
    assert isinstance(outcome, Never)
    assert (outcome.ours, outcome.channel) == (True, True)
    assert token not in f"{outcome} {refused.value} {refused.value.hint} {caplog.text}"


def test_no_send_lasts_longer_than_a_lease(
    api: TelegramStandIn, channel: TelegramChannel, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever single timeouts allow, the whole has an end, after which it is unclear what arrived."""
    monkeypatch.setattr(telegram, "SEND_WITHIN_S", 0.05)
    api.fail(bot_api.LOST_ANSWER)
    assert isinstance(post(channel), Unclear)


def test_closing_twice_or_unopened_is_harmless(api: TelegramStandIn) -> None:
    """A channel that sent nothing has nothing to let go of."""
    unopened = telegram_channel(api.token, api.url, 0.4)
    unopened.close()
    unopened.close()


def test_a_probe_asks_the_bots_name(api: TelegramStandIn, channel: TelegramChannel) -> None:
    """The bot tells its name as often as it is asked, and nothing is sent."""
    assert [channel.probe(), channel.probe()] == ["the bot @alia_watch_bot answers"] * 2
    assert api.calls == ["getMe", "getMe"]


@pytest.mark.parametrize(
    ("text", "lengths"),
    [("", []), ("x" * 4096, [4096]), ("x" * 4097, [4096, 1]), ("😀" * 2049, [4096, 2]), ("x " * 3000, [4095, 1903])],
)
def test_pieces_fit_and_lose_no_word(text: str, lengths: list[int]) -> None:
    """Pieces are as long as Telegram counts, never cut a character in two, and keep every word."""
    cut = pieces(text)
    assert [length(piece.rstrip()) for piece in cut] == lengths
    assert "".join("".join(cut).split()) == "".join(text.split())


PAGE = Attachment("digest-2026-01-es.html", b"<!DOCTYPE html><p>174")


def with_page() -> Message:
    return replace(message(TELEGRAM), attachments=(PAGE,))


def test_a_page_follows_the_words(api: TelegramStandIn, channel: TelegramChannel) -> None:
    """The file comes last, under its name."""
    assert post(channel, with_page()) == Sent("1,2")
    assert [(each.text, each.document) for each in api.posted] == [("174 descargas", None), ("", PAGE.content)]
    assert api.calls[-2:] == ["sendMessage", "sendDocument"]


@pytest.mark.parametrize(
    "fault",
    [
        Fault(400, "Bad Request: wrong file identifier/HTTP URL specified"),
        Fault(413, "Request Entity Too Large"),
    ],
)
def test_a_page_that_is_refused_is_left_out(api: TelegramStandIn, channel: TelegramChannel, fault: Fault) -> None:
    """The words have arrived: the delivery is one, with a note."""
    api.fail(None, fault)
    outcome = post(channel, with_page())
    assert isinstance(outcome, Sent)
    assert (outcome.id, "digest-2026-01-es.html was left out" in outcome.note) == ("1", True)


def test_after_patience_only_the_page_is_sent(api: TelegramStandIn, channel: TelegramChannel, hours: Hours) -> None:
    """What arrived before is not repeated."""
    api.fail(None, flood(30))
    assert isinstance(post(channel, with_page()), Later)
    hours.now += 30
    assert post(channel, with_page()) == Sent("1,2")
    assert [each.document is None for each in api.posted] == [True, False]


def test_a_short_wait_is_waited_out(api: TelegramStandIn, channel: TelegramChannel, hours: Hours) -> None:
    """Nobody else has to rest for it."""
    api.fail(flood(2))
    assert post(channel) == Sent("1")
    assert hours.now >= 2


def test_words_too_long_for_one_message_come_in_several(api: TelegramStandIn, channel: TelegramChannel) -> None:
    """Nothing is lost of a message that Telegram finds too long, and the note says how it went out."""
    long = "palabra " * 900
    sent = post(channel, message(TELEGRAM, markup=long, text=long))
    assert isinstance(sent, Sent)
    assert "too long" in sent.note
    assert "".join("".join(each.text.split()) for each in api.posted) == "".join(long.split())
