"""Whether an entry is about what is watched: whole words, the case that matters, and why."""

import pytest

from alia_watch.announcements.announcement import Kind
from alia_watch.announcements.kinds import kind_of
from alia_watch.announcements.matching import Phrases, matches, says
from tests.entries import entry, on

ALIA = Phrases(("ALIA", "aLIA", "alia.gob.es"))


@pytest.mark.parametrize(
    "text",
    [
        "El ministro viaja a Italia",
        "ITALIA Y ESPAÑA FIRMAN UN ACUERDO",
        "El portal galia.gob.es renueva su diseño",
        "Alia Sabur visita Salamanca",
        "et alia, como se dice",
        "La Galia romana",
        "ALIANZA por la lengua",
        "MALIA",
        "ALIAS",
        "Coalia",
    ],
)
def test_t12_a_word_that_only_holds_the_letters_is_not_alia(text: str) -> None:
    """Trap T12: "Italia", names and addresses that hold the four letters do not match."""
    assert matches(entry(text, on("2026-01-26")), ALIA) == ()
    assert matches(entry("Nota", on("2026-01-26"), text=text), ALIA) == ()


@pytest.mark.parametrize(
    "text",
    [
        "Presentación de ALIA",
        "ALIA: la IA pública",
        "«ALIA»",
        "el modelo aLIA",
        "ALIA-40b",
        "ALIA_40b",
        "(ALIA)",
        "l'ALIA",
        "d’ALIA",
        "ALIA's",
        "visite https://alia.gob.es/eng",
        "proyecto ALIA.",
    ],
)
def test_alia_is_found_wherever_it_stands_as_a_word(text: str) -> None:
    """Punctuation, quotes, hyphens and the other spelling make no difference; the words around are kept."""
    [match] = matches(entry(text, on("2026-01-26")), ALIA)
    assert match.where == "title"
    assert match.phrase.casefold() in match.around.casefold()


def test_case_and_accents_matter_only_where_a_phrase_is_a_name() -> None:
    """A phrase without a capital inside is found in any case, with or without accents, over any spacing."""
    for text in ("TECNOLOGIAS DEL LENGUAJE", "Tecnologías  del Lenguaje", "tecnologías-del-lenguaje"):
        assert says(text, "tecnologías del lenguaje") == text
    assert says("el bsc-cns", "BSC-CNS") is None
    assert says("el BSC-CNS", "BSC-CNS") == "el BSC-CNS"


def test_must_also_and_must_not_narrow_it() -> None:
    """Both kinds of phrases are needed, and one that must not stand there leaves the entry out."""
    phrases = Phrases(("ALIA",), ("modelo", "IA"), ("Hospital ALIA",))
    assert matches(entry("ALIA abre", on("2026-01-26")), phrases) == ()
    found = matches(entry("ALIA abre", on("2026-01-26"), text="El modelo de IA"), phrases)
    assert [(each.phrase, each.where) for each in found] == [("ALIA", "title"), ("modelo", "text"), ("IA", "text")]
    assert matches(entry("ALIA y la IA", on("2026-01-26"), text="en el Hospital ALIA"), phrases) == ()


def test_what_stands_around_a_phrase_is_the_text_as_written() -> None:
    """Even after letters that change their length when they are folded."""
    text = "ﬃ İstanbul ẞtraße Ǆ " * 20 + "las tecnologías del lenguaje en España " + "x" * 200
    around = says(text, "tecnologias del lenguaje")
    assert around is not None
    assert "las tecnologías del lenguaje en España" in around
    assert around.startswith("…")
    assert around.endswith("…")


@pytest.mark.parametrize(
    ("title", "kind"),
    [
        ("Convenio entre la Secretaría de Estado y el BSC-CNS", Kind.AGREEMENT),
        ("Concedidas las subvenciones para corpus en lenguas cooficiales", Kind.GRANT),
        ("129 M€ para la ampliación de MareNostrum 5", Kind.INFRASTRUCTURE),
        ("Aprobado el PERTE Nueva Economía de la Lengua", Kind.PROGRAMME),
        ("El ministro presenta ALIA", Kind.OFFICIAL),
        ("Convenio y subvenciones", Kind.OFFICIAL),
    ],
)
def test_a_title_that_names_one_kind_gives_it(title: str, kind: Kind) -> None:
    """Words decide where they all point to one kind; a source that says what it is stands."""
    assert kind_of(title, Kind.OFFICIAL) is kind
    assert kind_of(title, Kind.MEDIA) is Kind.MEDIA
