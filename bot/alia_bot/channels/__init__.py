"""How a message leaves: one file per channel, each states what a refusal means."""
