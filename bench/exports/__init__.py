"""A trained model outside the store: written as a folder with a card, and read again to be asked."""
