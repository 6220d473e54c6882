"""The sentence that names a category in the prompt."""

NAMES = {
    "films_coated_surface": "films and coated surface",
    "mems_devices_electrodes": "MEMS devices and electrodes",
    "patterned_surface": "patterned surface",
    "porous_sponge": "porous sponge",
}
"""Category folder names of the SEM dataset that read otherwise in a sentence."""


def category_name(category: str) -> str:
    """Return a category as a sentence says it."""
    return NAMES.get(category, category.replace("_", " "))


def caption(category: str) -> str:
    """Return the caption of a picture of this category, as the paper's prompt says it."""
    return f"This image depicts a nanomaterial of the category {category_name(category)}."
