"""Alterations of a picture that leave its subject recognisable: what another microscope, operator or archive does.

A new one is one function in ``altering`` and one entry here.
"""

from typing import NamedTuple


class Alteration(NamedTuple):
    """A named change of a picture (H, W) uint8, and its meaning in words.

    ``alters`` is the function of ``bench.tasks.altering`` that alters it. ``changes`` are the kinds of facts that may
    be other ones, or no longer visible, afterwards: they are not counted. With ``spares_bar`` the data bar stays as it
    is, because an instrument writes it into the finished picture.
    """

    name: str
    meaning: str
    alters: str
    changes: frozenset[str]
    spares_bar: bool = True


ALTERATIONS = (
    Alteration(
        "noise", "grain, as of a short exposure", "add_noise", frozenset({"texture", "focus", "contrast", "defect"})
    ),
    Alteration("blur", "out of focus", "blur", frozenset({"texture", "focus", "contrast", "defect"})),
    Alteration("contrast", "grey levels nearer to mid-grey", "flatten", frozenset({"contrast", "background"})),
    Alteration(
        "magnification",
        "the centre enlarged to the whole field",
        "magnify",
        frozenset({"size", "coverage", "defect", "charging", "bar", "phases"}),
        False,
    ),
    Alteration("charging", "bright streaks along scan lines", "add_streaks", frozenset({"charging"})),
    Alteration("no_bar", "the data bar filled with the mean of the rest", "remove_bar", frozenset({"bar"}), False),
    Alteration("turn", "turned by a quarter", "turn", frozenset({"direction", "charging", "bar"}), False),
)
