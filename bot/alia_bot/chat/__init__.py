"""The conversation on Telegram: what people ask, choose and press, and what they get back."""
