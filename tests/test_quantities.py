"""Numbers and units read from free text."""

import pytest

from bench.tasks.metrics.quantities import stated_count, stated_size
from bench.tasks.numbers import in_words


@pytest.mark.parametrize(
    ("text", "size"),
    [
        ("about 1.2 µm", 1200),
        ("about 1.2 μm.", 1200),
        ("approximately 412nm", 412),
        ("between 100 and 200 nm", 150),
        ("3 x 10^2 nm", 300),
        ("3×10² nm", 300),
        ("3e2 nm", 300),
        ("2·10⁻⁷ m", 200),
        ("10^-7 m", 100),
        ("10⁻⁷ m", 100),
        ("0.5 micrometres", 500),
        ("0,5 µm", 500),
        ("12,5 nm", 12.5),
        ("1,200 nm", 1200),
        ("12,345 nm", 12345),
        ("1.200 nm", 1.2),
        ("1\u202f200 nm", 1200),
        ("half a micron", 500),
        ("½ µm", 500),
        ("a micrometer", 1000),
        ("one micron across", 1000),
        ("twenty-five nanometers", 25),
        ("two hundred and fifty nanometres", 250),
        ("400-500nm", 450),
        ("400 – 500 nm", 450),
        ("100 nm to 0.2 µm", 150),
        ("100 nm - 200 nm", 150),
        ("from 100 to 200 nanometers in diameter", 150),
        ("150 ± 20 nm", 150),
        ("150 +/- 20 nm", 150),
        ("400-nm particles", 400),
        ("30 Å", 3),
        ("30 angstroms", 3),
        ("2 mm wide", 2e6),
        ("~40 nm", 40),
        ("<100 nm", 100),
        (r"$0.5\,\mu\mathrm{m}$", 500),
        ("100 nm x 200 nm", 150),
        (".5 um", 500),
        ("The scale bar is 500 nm; the particles are about 40 nm in diameter.", 40),
        ("The 2 µm scale bar shows that the fibres are 300 nm wide.", 300),
        ("Based on the scale bar (200 nm), the particles are about 50 nm.", 50),
        ("Judging by the scale bar, the fibres are 24 µm.", 24000),
        ("The wires are 10 µm long and 50 nm in diameter.", 50),
        ("The wires have a length of 10 µm and a diameter of 50 nm.", 50),
        ("Wires of 50 nm, spaced 2 µm apart.", 50),
        ("Diameters range from 100 nm to 300 nm with a mean of 180 nm.", 180),
        ("Large ones measure 400 nm and small ones 100 nm.", 250),
        ("WD = 4.5 mm. Particle size 80 nm.", 80),
        ("Their mean diameter is about 4.5 µm.", 4500),
        ("a horizontal field width of 3 µm with particles of 60 nm", 60),
    ],
)
def test_a_diameter_is_read_in_nanometres(text, size):
    assert stated_size(text) == pytest.approx(size)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "The size cannot be told from the image.",
        "The scale bar stands for 500 nm.",
        "a few nanometres",
        "several hundred nanometres",
        "hundreds of nanometers",
        "The structures have a small size relative to the field of view.",
        "The image was taken at 10 kV and a working distance of 8 mm.",
        "an area of 400 nm²",
        "The wires are 10 µm long.",
        "5 m",
        "5 ms",
        "nanometre-sized particles",
        "0 nm",
    ],
)
def test_an_answer_without_a_diameter_states_none(text):
    assert stated_size(text) is None


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("37", 37),
        ("37.", 37),
        ("about 37 particles", 37),
        ("There are approximately 20-25 fibres.", 22.5),
        ("between 20 and 30 fibers", 25),
        ("20 to 30 particles", 25),
        ("thirty-seven spheres are visible", 37),
        ("a dozen wires", 12),
        ("two dozen wires", 24),
        ("a hundred small bright particles", 100),
        ("one fibre", 1),
        ("The picture shows a total of 1,200 pores.", 1200),
        ("The total number of particles is 42.", 42),
        ("Number of fibres: 8", 8),
        ("There are 5 large and 12 small ones, 17 particles in total; the total count is 17.", 17),
        ("I count 21.", 21),
        ("At 10,000x one sees 14 particles of 200 nm.", 14),
        ("Of 8 fibres 40 % are straight.", 8),
        ("There are about 107 of them.", 107),
        ("No fibres are visible.", 0),
    ],
)
def test_a_count_is_read(text, count):
    assert stated_count(text) == count


@pytest.mark.parametrize(
    "text",
    [
        "",
        "The structures are distributed at random.",
        "Many particles of 200 nm.",
        "hundreds of particles",
        "several dozen particles",
        "40 % of the field is covered",
        "A 3D arrangement at 5 kV.",
        "One sees touching structures.",
        "Figure 3 is a micrograph.",
        "The mean is 2.5.",
    ],
)
def test_an_answer_without_a_count_states_none(text):
    assert stated_count(text) is None


@pytest.mark.parametrize("drawn", range(4))
@pytest.mark.parametrize("number", [0.8, 1, 9.6, 37, 412, 999.6, 1500, 64_000, 2_300_000])
def test_what_a_teacher_states_is_read_back_to_its_two_digits(number, drawn):
    assert stated_size(in_words("size_nm", number, drawn)) == pytest.approx(number, rel=0.051)
    assert stated_count(in_words("count", max(1, round(number)), drawn)) == max(1, round(number))


@pytest.mark.parametrize(
    ("text", "size"),
    [
        ("about 3.4 % of the picture's side", 34),
        ("Their mean diameter is about 12 % of the picture's side.", 120),
        ("0.5 percent of the image side", 5),
        ("3 % of the picture's side, or 41 nm", 41),
        ("3 % of the area", None),
        ("a share of the picture's side", None),
    ],
)
def test_a_size_may_be_a_share_of_the_pictures_side_if_that_is_known(text, size):
    assert stated_size(text, 1000.0) == (pytest.approx(size) if size else None)
    assert (stated_size(text) is None) == ("nm" not in text)


def test_a_share_of_the_side_is_read_back_to_its_two_digits():
    for nanometres in (1.234, 56.7, 890.0, 12345.0):
        assert stated_size(in_words("size_nm", nanometres, 0, 2000.0), 2000.0) == pytest.approx(nanometres, rel=0.05)


@pytest.mark.parametrize(
    "text", ["9" * 400 + " nm", "1e999 nm", "1" + ",000" * 300 + " particles", "(" * 5000, "a " * 20000 + "nm"]
)
def test_hostile_text_is_read_without_an_error(text):
    stated_size(text)
    stated_count(text)
