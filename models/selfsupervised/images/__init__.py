"""Self-supervised methods that learn from random views of pictures, or from hidden parts of them."""
