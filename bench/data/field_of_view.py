"""How large a picture's field of view is: in nanometres, and in the words in which a prompt states it."""

import numpy as np

from bench.contracts import Micrographs


def field_of_view(micrographs: Micrographs, position: int) -> tuple[float, float] | None:
    """Return the nanometres that a picture is high and wide, None if its scale is unknown."""
    if micrographs.pixel_sizes is None or not np.isfinite(micrographs.pixel_sizes[position]).all():
        return None
    high, wide = (micrographs.pixel_sizes[position] * micrographs.pixels.shape[1:]).tolist()
    return high, wide


def fields_of_view(micrographs: Micrographs) -> tuple[str, ...]:
    """Return for each picture the sentence that states its field of view, '' if its scale is unknown."""
    fields = (field_of_view(micrographs, position) for position in range(len(micrographs)))
    return tuple(
        f"The picture is {length(field[1])} wide and {length(field[0])} high." if field else "" for field in fields
    )


def length(nanometres: float) -> str:
    """Return a length to two significant digits, in the unit that leaves few of them: 12 nm, 3.4 µm."""
    rounded = float(f"{nanometres:.1e}")
    value, unit = (
        (rounded, "nm") if rounded < 1000 else (rounded / 1000, "µm") if rounded < 1e6 else (rounded / 1e6, "mm")
    )
    return f"{value:.15g} {unit}"
