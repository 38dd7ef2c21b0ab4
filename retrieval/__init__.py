"""Articles, passages, vectors, words and readers: everything that knows the text and nothing that knows who asks."""
