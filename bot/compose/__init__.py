"""Sentences that a language model writes above the quotes. Off by default; the quotes stay the ground."""
