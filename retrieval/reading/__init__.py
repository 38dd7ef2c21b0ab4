"""Question -> Evidence -> Reading -> Finding: what to read, what it says, and whether that is an answer."""
