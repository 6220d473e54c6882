import itertools

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont

from bench.data.scale import letters
from bench.data.scale.labels import label_of
from bench.data.scale.letters import BLANK, LETTERS, PixelBox, greedy, likelihoods, log_probabilities, strip_of
from bench.data.scale.lines import lines, measured
from bench.data.scale.reading import best_scale, read_scale
from bench.data.scale.rulers import rulers

WIDTH, HEIGHT = 640, 480


def picture(light=True):
    """A grey specimen above a strip, a pen on it, and the colour of its ink."""
    grains = np.random.default_rng(0).normal(120, 12, (HEIGHT, WIDTH)).clip(0, 255).astype(np.uint8)
    image = Image.fromarray(grains)
    pen = ImageDraw.Draw(image)
    pen.rectangle((0, HEIGHT - 48, WIDTH, HEIGHT), fill=255 if light else 0)
    return image, pen, 0 if light else 255


def write(pen, x, y, text, ink, size=18, anchor="la"):
    """Write with the one font that is always there; it lacks the letter µ."""
    pen.text((x, y), text.replace("µ", "u"), fill=ink, font=ImageFont.load_default(size=size), anchor=anchor)


def ticked(text, length, light=True):
    image, pen, ink = picture(light)
    pen.line((20, 470, 20 + length, 470), fill=ink, width=2)
    for end in (20, 20 + length):
        pen.line((end, 464, end, 476), fill=ink, width=1)
    write(pen, 20, 436, text, ink)
    write(pen, 300, 440, "EHT = 5.00 kV   WD = 4 mm", ink, 14)
    return image


def around_its_label(text, length, light=False):
    image, pen, ink = picture(light)
    half = round(pen.textlength(text, font=ImageFont.load_default(size=18)) / 2) + 6
    pen.line((400, 456, 400 + length // 2 - half, 456), fill=ink)
    pen.line((400 + length // 2 + half, 456, 400 + length, 456), fill=ink)
    for end in (400, 400 + length):
        pen.line((end, 448, end, 464), fill=ink)
    write(pen, 400 + length // 2, 456, text, ink, anchor="mm")
    write(pen, 10, 440, "10.00 kV | 25 000 x", ink, 14)
    return image


def marks(text, length, light=False):
    image, pen, ink = picture(light)
    for number in range(11):
        pen.line((420 + number * length // 10, 436, 420 + number * length // 10, 444), fill=ink)
    write(pen, 420 + length, 450, text, ink, anchor="ra")
    return image


def dotted(text, length, light=False):
    image, pen, ink = picture(light)
    for x in range(300, 300 + length + 1, 4):
        pen.rectangle((x, 470, x + 1, 471), fill=ink)
    write(pen, 300, 440, text, ink)
    return image


def beside(text, length, light=True):
    image, pen, ink = picture(light)
    pen.rectangle((40, 452, 40 + length - 1, 457), fill=ink)
    write(pen, 52 + length, 445, text, ink)
    return image


def boxed(text, length, light=True):
    image, pen, ink = picture(light)
    pen.rectangle((0, HEIGHT - 48, WIDTH, HEIGHT), fill=128)
    pen.rectangle((20, 380, 40 + length, 428), fill=255 - ink)
    pen.rectangle((30, 388, 30 + length - 1, 393), fill=ink)
    write(pen, 30, 400, text, ink)
    return image


def on_the_specimen(text, length, light=False):
    image, pen, _ = picture(light)
    pen.rectangle((0, HEIGHT - 48, WIDTH, HEIGHT), fill=110)
    pen.rectangle((30, 440, 30 + length - 1, 445), fill=255)
    write(pen, 30, 400, text, 255, 28)
    return image


STYLES = (ticked, around_its_label, marks, dotted, beside, boxed, on_the_specimen)


def scale_of(image):
    return read_scale(np.asarray(image))


@pytest.mark.parametrize("draw", STYLES, ids=lambda draw: draw.__name__)
@pytest.mark.parametrize(("text", "nanometres"), [("200 nm", 200), ("10 µm", 1e4), ("5.0µm", 5e3), ("1 mm", 1e6)])
def test_the_size_of_a_pixel_is_read_off_a_bar(draw, text, nanometres):
    scale = scale_of(draw(text, 160))
    assert scale is not None and scale.nanometres == nanometres
    assert scale.pixel_size_nm == pytest.approx(nanometres / 160, rel=0.03)


@pytest.mark.parametrize("light", [True, False])
def test_ink_may_be_darker_or_lighter_than_its_paper(light):
    assert scale_of(ticked("500 nm", 100, light)).label == "500 nm"


def test_the_length_is_from_the_middle_of_one_tick_to_that_of_the_other():
    assert scale_of(ticked("100 nm", 90)).length == pytest.approx(90, abs=0.6)


def test_a_small_picture_and_a_large_one_are_read_alike():
    image = ticked("20 µm", 200)
    for factor in (0.75, 5):
        scale = scale_of(image.resize((round(WIDTH * factor), round(HEIGHT * factor)), Image.Resampling.BICUBIC))
        assert scale.pixel_size_nm == pytest.approx(100 / factor, rel=0.03)


def test_boxes_are_those_of_the_bar_and_its_label():
    scale = scale_of(ticked("200 nm", 160))
    assert scale.line.top == pytest.approx(470, abs=2) and scale.line.left == pytest.approx(20, abs=2)
    assert 434 <= scale.text.top < scale.text.bottom <= 460


@pytest.mark.parametrize(
    "text",
    ["", "WD = 5 mm", "EHT 5 kV", "InLens", "25 000 x", "10:42", "200", "nm"],
    ids=lambda text: text or "no text",
)
def test_nothing_is_told_of_a_line_without_a_label(text):
    assert scale_of(ticked(text, 160)) is None


def test_nothing_is_told_of_a_label_without_a_line():
    image, pen, ink = picture()
    write(pen, 20, 440, "200 nm", ink)
    assert scale_of(image) is None


@pytest.mark.parametrize("kind", ["noise", "grating", "black", "white", "tiny"])
def test_nothing_is_told_of_a_specimen(kind):
    noise = np.random.default_rng(0).integers(0, 256, (240, 320)).astype(np.uint8)
    grating = np.tile(np.where(np.arange(240) % 12 < 4, 255, 0).astype(np.uint8)[:, None], (1, 320))
    pictures = {"black": noise * 0, "white": noise * 0 + 255, "tiny": noise[:2, :2]}
    assert read_scale({"noise": noise, "grating": grating.T.copy(), **pictures}[kind]) is None


def test_a_line_with_one_tick_is_half_of_another():
    image, pen, ink = picture()
    pen.line((20, 470, 120, 470), fill=ink, width=2)
    pen.line((20, 460, 20, 480), fill=ink)
    write(pen, 24, 436, "200 nm", ink)
    assert scale_of(image) is None


def test_two_labels_that_contradict_each_other_leave_doubt():
    image = ticked("200 nm", 160)
    pen = ImageDraw.Draw(image)
    pen.line((400, 476, 480, 476), fill=0, width=2)
    for end in (400, 480):
        pen.line((end, 470, end, 478), fill=0)
    pen.rectangle((280, 433, 639, 466), fill=255)
    write(pen, 400, 446, "5 µm", 0)
    alone = best_scale(np.asarray(ticked("200 nm", 160))).confidence
    assert best_scale(np.asarray(image)).confidence < alone - 0.1


def test_a_box_around_text_is_no_bar():
    image, pen, ink = picture()
    pen.rectangle((20, 436, 140, 472), outline=ink)
    write(pen, 40, 444, "200 nm", ink)
    assert scale_of(image) is None


def test_marks_at_uneven_distances_are_no_ruler():
    image, pen, ink = picture(light=False)
    for number in range(11):
        pen.line((100 + number**2 * 3, 436, 100 + number**2 * 3, 444), fill=ink)
    assert [bar for bar in rulers(np.asarray(image)[440:443]) if bar.length > 100] == []


def test_a_line_is_measured_between_its_edges():
    image, _, _ = picture()
    levels = np.asarray(beside("1 nm", 77))
    bars = [bar for line in lines(levels) if (bar := measured(levels, line)) is not None and line.left == 40]
    assert any(bar.length == pytest.approx(77, abs=0.5) and bar.ticks == 0 for bar in bars)


def test_the_probability_of_a_text_is_that_of_all_paths_to_it():
    steps = np.log(np.random.default_rng(0).dirichlet(np.ones(BLANK + 1), 4))
    paths: dict[str, float] = {}
    for path in itertools.product([0, 1, BLANK], repeat=4):
        kept_once = [letter for letter, _ in itertools.groupby(path)]
        text = "".join(LETTERS[letter] for letter in kept_once if letter != BLANK)
        paths[text] = paths.get(text, 0.0) + float(np.exp(sum(steps[t, letter] for t, letter in enumerate(path))))
    texts = ("0", "1", "01", "00", "10", "010")
    assert likelihoods(steps, texts) == pytest.approx([paths[text] for text in texts])


def test_the_likeliest_letters_are_read_once_each():
    steps = np.full((6, BLANK + 1), -9.0)
    for step, letter in enumerate([1, 1, BLANK, 1, 11, 13]):
        steps[step, letter] = 0.0
    assert greedy(steps) == "11n" + LETTERS[13]


def strip(text, size=20):
    font = ImageFont.load_default(size=size)
    image = Image.new("L", (round(font.getlength(text)) + 20, size + 20), 255)
    ImageDraw.Draw(image).text((10, 5), text, fill=0, font=font)
    rows, columns = (np.flatnonzero((np.asarray(image) < 128).any(axis=axis)) for axis in (1, 0))
    return strip_of(np.asarray(image), PixelBox(rows[0], columns[0], rows[-1] + 1, columns[-1] + 1), light=False)


@pytest.mark.parametrize(
    ("text", "nanometres"),
    [
        ("1 um", 1e3),
        ("2.0um", 2e3),
        ("500.0 nm", 500),
        ("0.5 um", 500),
        ("73.4 um", 73_400),
        ("25 nm", 25),
        ("3 cm", 3e7),
    ],
)
def test_a_label_is_a_number_and_a_unit(text, nanometres):
    label = label_of(log_probabilities(strip(text)))
    assert label.nanometres == pytest.approx(nanometres)
    assert label.text == text.replace("u", "µ") if " " in text else label.text == "2.0 µm"


@pytest.mark.parametrize("text", ["SE2", "Mag =", "5.00 kV", "12:30", "0 nm"])
def test_other_texts_are_no_labels(text):
    label = label_of(log_probabilities(strip(text)))
    assert label is None or label.confidence < 0.5


def test_a_number_that_instruments_seldom_write_must_be_clearer():
    sure, rare = (label_of(log_probabilities(strip(text))).confidence for text in ("200 nm", "73.4 um"))
    assert rare < sure


def test_a_strip_is_shares_of_ink_whatever_the_paper():
    dark = np.full((40, 80), 30, np.uint8)
    dark[10:30, 20:24] = 200
    box = PixelBox(10, 10, 30, 70)
    assert strip_of(dark, box, light=True) == pytest.approx(strip_of(255 - dark, box, light=False), abs=0.02)


def test_the_weights_are_small_and_of_the_network():
    assert letters._WEIGHTS.stat().st_size < 300_000
    assert log_probabilities(strip("1 um")).shape[1] == BLANK + 1
