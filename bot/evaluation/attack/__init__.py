"""The self-attack: altered quotes and planted text, tried against the checks that every answer has to pass."""
