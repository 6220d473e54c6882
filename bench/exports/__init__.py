"""A trained model outside the store: written as a folder with a model card, and loaded again."""
