"""How a message leaves: one file per channel, each states what a refusal means."""

from alia_bot.channels.channel import Channel, open_channels

__all__ = ["Channel", "open_channels"]
