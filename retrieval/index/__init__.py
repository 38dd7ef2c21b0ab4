"""What is stored and how it stays true: catalogue, words, vectors, and the models that make them."""
