"""Several messages that waited for one subscriber come as one: nobody is flooded."""

from collections.abc import Sequence

#: So many reports that could not be sent before still come one by one.
ONE_BY_ONE = 3


def is_summed_up(held: Sequence[bool]) -> bool:
    """Whether reports that are due for one subscriber are summed up in one message.

    Args:
        held: of each, whether it waited because the subscriber wanted it so (quiet hours, a daily summary); of the
            others, Telegram was away, or many came at once.
    """
    return sum(held) > 1 or len(held) > ONE_BY_ONE
