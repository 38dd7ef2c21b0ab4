"""Whether a sentence that a language model wrote says what its quotes say: one module a kind of fault."""
