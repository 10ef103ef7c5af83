"""The links of a watch: its key from the database, its address from the configuration."""

from alia_watch.audience.links import Links
from alia_watch.config.sections import Config
from alia_watch.store.database import Store
from alia_watch.store.keys import LINKS, key


def links_of(config: Config, store: Store) -> Links:
    """What signs and reads the links of this watch. Without `[web]` they lead nowhere, and only `verp` is of use."""
    return Links(key(store, LINKS), config.web.public_url if config.web else "")
