"""The sentence that names a category in the prompt."""

NAMES = {
    "films_coated_surface": "films and coated surface",
    "mems_devices_electrodes": "MEMS devices and electrodes",
    "patterned_surface": "patterned surface",
    "porous_sponge": "porous sponge",
}
"""Category folder names of the SEM dataset that are written differently in a sentence."""


def category_name(category: str) -> str:
    """Return a category's name for use in a sentence."""
    return NAMES.get(category, category.replace("_", " "))


def caption(category: str) -> str:
    """Return the caption of a picture of this category, in the words of the paper's prompt."""
    return f"This image depicts a nanomaterial of the category {category_name(category)}."
