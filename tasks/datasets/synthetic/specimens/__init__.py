"""Further specimens of the ten categories, as microscopes show them; drawn if the dataset's look is varied."""
