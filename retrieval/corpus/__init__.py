"""Files -> Article -> Passage: exact text and its parts, and receipts that prove a quote later."""
