"""What kind of act a title tells of, where its source says no more than that it is official.

Words decide only where they all point to one kind; a person corrects the rest (`announcements edit`).
"""

from alia_watch.announcements.announcement import Kind
from alia_watch.announcements.matching import says

#: Whole words, without case and accents, in the languages of the sources.
_WORDS: dict[Kind, tuple[str, ...]] = {
    Kind.AGREEMENT: ("convenio", "convenios", "conveni", "hitzarmena", "adenda al convenio", "protocolo de actuación"),
    Kind.GRANT: ("subvención", "subvenciones", "subvención directa", "subvenció", "ayudas", "axudas", "laguntzak"),
    Kind.BUDGET: ("presupuesto", "presupuestos", "crédito extraordinario", "licitación", "pressupost", "orzamento"),
    Kind.PROGRAMME: ("PERTE", "estrategia nacional", "Estrategia de Inteligencia Artificial", "plan nacional"),
    Kind.INFRASTRUCTURE: ("MareNostrum", "superordenador", "supercomputador", "supercomputadora", "factoría de IA"),
}


def kind_of(title: str, given: Kind) -> Kind:
    """The kind of an entry: that of its source, or a closer one where its title names exactly one."""
    if given is not Kind.OFFICIAL:
        return given
    named = [kind for kind, words in _WORDS.items() if any(says(title, word) for word in words)]
    return named[0] if len(named) == 1 else given
