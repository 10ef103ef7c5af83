"""Who downloads the AI models that public money paid for, what moves those downloads, and what each one costs."""

__version__ = "0.1.0"
