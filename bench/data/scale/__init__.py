"""The scale of a picture, read off its data bar: the scale bar, its label, and from both the size of a pixel."""
