import pytest

from bench.data.formats.side_files import names_beside, of_hitachi_or_tescan
from bench.data.frames import Unreadable
from bench.data.pixel_size import number_and_unit, scale_of
from tests.vendor_files import HITACHI, TESCAN


@pytest.mark.parametrize(
    ("unit", "nanometres"),
    [
        *(("pm", 1e-3), ("Å", 0.1), ("A", 0.1), ("nm", 1), (" nm ", 1), ("NM", 1), ("um", 1e3), ("µm", 1e3)),
        *(
            ("μm", 1e3),
            ("\\u00B5m", 1e3),
            ("Micron", 1e3),
            ("micrometer", 1e3),
            ("mm", 1e6),
            ("m", 1e9),
            ("inch", 2.54e7),
        ),
    ],
)
def test_a_length_in_any_unit_is_one_in_nanometres(unit, nanometres):
    assert scale_of(2.5 / nanometres, unit).pixel_size_nm == pytest.approx(2.5)
    assert scale_of(-2.5 / nanometres, unit, 2.5 / nanometres).pixel_size_nm == pytest.approx(2.5)


@pytest.mark.parametrize(
    ("sides", "known"),
    [
        *(((5e-4, "nm"), True), ((4.9e-4, "nm"), False), ((5e4, "nm"), True), ((5.1e4, "nm"), False)),
        *(((1.0, "nm", 1.0099), True), ((1.0, "nm", 1.02), False), ((1.02, "nm", 1.0), False)),
        *(((1.0, "nm", 10.0, "Å"), True), ((1.0, "nm", 5e5), False), ((float("nan"), "nm"), False)),
        *(((float("inf"), "nm"), False), ((1.0, "parsec"), False), ((1.0, "nm", 1.0, "parsec"), False)),
    ],
)
def test_a_scale_is_known_within_its_bounds_and_otherwise_told(sides, known):
    scale = scale_of(*sides)
    assert (scale.pixel_size_nm is not None) == known and bool(scale.no_scale) != known


@pytest.mark.parametrize("sides", [(0.0, "nm"), (0.0, ""), (1.0, ""), (1.0, " ")])
def test_no_scale_is_no_reason_to_tell_anything(sides):
    assert scale_of(*sides) == (None, "")


@pytest.mark.parametrize(
    ("unit", "kind"),
    [
        *((unit, "diffraction") for unit in ("1/nm", "nm^-1", "1/Å", "mrad", "rad", "deg", "nm-1")),
        *((unit, "spectrum") for unit in ("eV", "keV")),
    ],
)
def test_units_of_no_length_name_what_the_file_holds(unit, kind):
    with pytest.raises(Unreadable, match=kind):
        scale_of(1.0, unit)


@pytest.mark.parametrize(
    ("text", "pair"),
    [
        ("9.92 nm", (9.92, "nm")),
        ("9,92nm", (9.92, "nm")),
        ("-1.5E-8", (-1.5e-8, "")),
        (" 7 ", (7.0, "")),
        ("", None),
        ("none", None),
        (None, None),
    ],
)
def test_a_number_and_its_unit_are_read(text, pair):
    assert number_and_unit(text) == pair


def test_side_files_are_looked_for_by_the_name_of_the_picture(tmp_path):
    names = names_beside(tmp_path / "a.tif")
    assert {"a.txt", "a.TXT", "a.hdr", "a-tif.hdr", "a.tif.txt"} <= {*names} and "b.txt" not in names


@pytest.mark.parametrize("text", [HITACHI.format("2.5"), TESCAN.format("2.5E-9")])
def test_a_side_file_states_scale_and_instrument(text):
    note = of_hitachi_or_tescan(text)
    assert note.scale.pixel_size_nm == pytest.approx(2.5) and note.instrument["instrument"] in ("SU8000", "MIRA3")


@pytest.mark.parametrize("text", ["", "PixelSize=3", "a note: PixelSize is fine", "Name=x\nValue=3"])
def test_a_note_of_somebody_is_no_side_file(text):
    assert of_hitachi_or_tescan(text) is None
