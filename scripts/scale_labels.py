"""Drawings of scale bar labels and of other texts of data bars, in many fonts, for the training of their reader."""

import io
import string
from collections.abc import Callable
from functools import lru_cache
from importlib import metadata
from pathlib import Path

import matplotlib as mpl
import numpy as np
from HersheyFonts import HersheyFonts
from PIL import Image, ImageDraw, ImageFilter, ImageFont

from bench.data.scale.letters import LETTERS, PixelBox, strip_of

PACKAGES = (
    *("arimo", "arimo", "arimo", "roboto", "roboto-mono", "open-sans", "noto-sans", "source-sans-3", "ibm-plex-mono"),
    *("inconsolata", "fira-sans", "lato", "archivo-narrow", "barlow", "pt-sans", "titillium-web", "hind"),
    *("press-start-2p", "space-mono", "public-sans"),
)
"""Font families with a free licence from packages fontpkg-*; Arimo has the measures of the instruments' Arial."""
_MATPLOTLIB = ("DejaVuSans", "DejaVuSans-Bold", "DejaVuSansMono", "DejaVuSerif", "STIXGeneral", "STIXGeneralBol")
_STROKES = ("futural", "futuram", "rowmans", "rowmand")
_UNITS = ("nm", "µm", "um", "mm", "cm", "Å")
_UNIT_SHARES = (0.33, 0.38, 0.09, 0.14, 0.03, 0.03)
_VALUES = (1, 2, 3, 4, 5, 10, 15, 20, 25, 30, 40, 50, 100, 200, 250, 300, 400, 500)
_WORDS = (
    "EHT =",
    "WD =",
    "Mag =",
    "Signal A = SE2",
    "InLens",
    "HV",
    "det",
    "mode",
    "SE(U)",
    "TLD",
    "ETD",
    "HFW",
    "View",
)
_BEFORE = (
    "WD =",
    "WD",
    "HFW",
    "EHT =",
    "Mag =",
    "Date :",
    "Time :",
    "Stage at Z =",
    "Aperture Size =",
    "x",
    "X",
    "D =",
)

Pen = Callable[[str, int], Image.Image]
"""Draws a text at a size in white on black."""


def pens() -> list[Pen]:
    """Return every font: outline fonts in their weights, with and without smooth edges, and stroke fonts."""
    files = [path for package in PACKAGES for path in _files(f"fontpkg-{package}")]
    files += [Path(mpl.get_data_path(), "fonts", "ttf", f"{name}.ttf") for name in _MATPLOTLIB]
    bold = [_outlined(path, "Bold") for path in files if "wght" in path.name]
    return [*map(_outlined, files), *bold, *map(_stroked, _STROKES)]


def _files(package: str) -> list[Path]:
    """Return a font package's upright fonts of usual weights."""
    rare = ("Italic", "Thin", "ExtraLight", "ExtraBold", "Black")
    paths = [Path(str(file.locate())) for file in metadata.files(package) or [] if file.name.endswith(".ttf")]
    return sorted(path for path in paths if not any(word in path.name for word in rare))


@lru_cache(2048)
def _font(path: Path, weight: str, size: int) -> ImageFont.FreeTypeFont:
    font = ImageFont.truetype(path, size)
    if weight:
        font.set_variation_by_name(weight)
    return font


def _outlined(path: Path, weight: str = "") -> Pen:
    def draw(text: str, size: int) -> Image.Image:
        font = _font(path, weight, size)
        left, top, right, bottom = font.getbbox(text)
        image = Image.new("L", (max(1, round(right - left)) + 4, max(1, round(bottom - top)) + 4))
        pen = ImageDraw.Draw(image)
        pen.fontmode = "1" if size % 2 and size < 24 else "L"
        pen.text((2 - left, 2 - top), text, font=font, fill=255, stroke_width=0)
        return image

    return draw


def _stroked(name: str) -> Pen:
    font = HersheyFonts()
    font.load_default_font(name)

    def draw(text: str, size: int) -> Image.Image:
        lines = list(font.lines_for_text(text.replace("µ", "u").replace("Å", "A")))
        if not lines:
            return Image.new("L", (4, 4))
        points = np.array(lines, float) * size / 22
        points -= points.reshape(-1, 2).min(axis=0) - 3
        width, height = np.ceil(points.reshape(-1, 2).max(axis=0)).astype(int) + 4
        image = Image.new("L", (int(width), int(height)))
        pen = ImageDraw.Draw(image)
        for start, end in points:
            pen.line((*start, *end), fill=255, width=max(1, size // 12))
        return image

    return draw


def target(text: str) -> str:
    """Return what the reader should read of a text."""
    plain = text.replace("u", "µ").replace("μ", "µ").replace(",", ".").replace(" ", "")
    return "".join(letter if letter in LETTERS else "#" for letter in plain)


def any_text(random: np.random.Generator) -> str:
    """Return a label of a scale bar, or another text of a data bar."""
    kind = random.random()
    if kind < 0.55:
        return _label(random, int(random.choice(_VALUES)))
    if kind < 0.68:
        return _label(random, int(random.integers(1, 10 ** int(random.integers(1, 4)))))
    if kind < 0.76:
        return f"{random.choice(_BEFORE)} {_number(random)} {random.choice(('mm', 'kV', 'nm', 'µm', 'K X', 'X', 'kx'))}"
    if kind < 0.84:
        return (
            f"{_number(random)}{random.choice(('', ' '))}{random.choice(('kV', 'K X', 'X', 'kx', '%', '°', 'pA', 's'))}"
        )
    if kind < 0.9:
        return f"{random.integers(1, 31)}{random.choice((':', '/', ' Sep ', '.'))}{random.integers(1, 60)}"
    if kind < 0.95:
        return str(random.choice(_WORDS))
    letters = np.array(list(string.ascii_letters + string.digits))
    return "".join(random.choice(letters, int(random.integers(1, 9))))


def _label(random: np.random.Generator, value: int) -> str:
    number = str(value)
    kind = random.random()
    if kind < 0.2:
        number = f"{value}.{'0' * int(random.integers(1, 4))}"
    elif kind < 0.3:
        number = f"{value / 10 ** int(random.integers(1, 3)):g}"
    elif kind < 0.33:
        number = f"{value / 10:.2f}"
    if random.random() < 0.1:
        number = number.replace(".", ",")
    unit = random.choice(_UNITS, p=_UNIT_SHARES)
    return f"{number}{random.choice(('', ' ', ' ', '  '))}{unit}{'*' if random.random() < 0.05 else ''}"


def _number(random: np.random.Generator) -> str:
    return f"{random.uniform(0, 10 ** random.integers(1, 4)):.{random.integers(0, 3)}f}"


def drawn(random: np.random.Generator, fonts: list[Pen]) -> tuple[np.ndarray, str]:
    """Return the strip (24, W) of a random text, as instruments, small figures and JPEG show it, and its target."""
    text = any_text(random)
    if random.random() < 0.03:
        return _clutter(random), ""
    size = round(7 * (48 / 7) ** random.random())
    image = fonts[random.integers(len(fonts))](text, size)
    image = _squeezed(random, image)
    ink = np.asarray(image, np.float32) / 255
    box = _box(ink)
    if box is None:
        return _clutter(random), ""
    tall = box.bottom - box.top
    room = max(3, round(0.4 * tall))
    ink = np.pad(ink, room)
    _neighbours(random, ink, tall, room)
    levels, light = _on_paper(random, ink, tall)
    box = PixelBox(*(edge + room for edge in box))
    levels, box = _reduced(random, levels, box)
    if random.random() < 0.5:
        levels = _as_jpeg(levels, int(random.integers(30, 96)))
    return strip_of(levels, _jittered(random, box, levels.shape), light), target(text)


def _squeezed(random: np.random.Generator, image: Image.Image) -> Image.Image:
    if random.random() < 0.5:
        return image
    width = max(2, round(image.width * random.uniform(0.75, 1.25)))
    return image.resize((width, image.height), Image.Resampling.BILINEAR)


def _box(ink: np.ndarray) -> PixelBox | None:
    rows, columns = (np.flatnonzero((ink > 0.3).any(axis=axis)) for axis in (1, 0))
    return PixelBox(rows[0], columns[0], rows[-1] + 1, columns[-1] + 1) if len(rows) else None


def _neighbours(random: np.random.Generator, ink: np.ndarray, tall: int, room: int) -> None:
    """Draw a part of a line above, below or beside the text."""
    if random.random() < 0.12:
        row = int(random.integers(0, max(1, room - 2)))
        ink[-1 - row if random.random() < 0.7 else row, :] = random.uniform(0.4, 1)
    if random.random() < 0.06:
        column = int(random.integers(0, max(1, room - 2)))
        ink[:, -1 - column if random.random() < 0.5 else column] = random.uniform(0.4, 1)


def _on_paper(random: np.random.Generator, ink: np.ndarray, tall: int) -> tuple[np.ndarray, bool]:
    """Return grey levels of ink on paper or on a specimen, and whether the ink is the lighter."""
    light = bool(random.random() < 0.5)
    paper, pen = (random.uniform(0, 60), 255.0) if light else (random.uniform(190, 255), 0.0)
    if random.random() < 0.6:
        paper = 0.0 if light else 255.0
    pen = pen + (paper - pen) * random.uniform(0, 0.6) if random.random() < 0.5 else pen
    sheet = np.full(ink.shape, paper, np.float32)
    if random.random() < 0.3:
        sheet += random.normal(0, random.uniform(2, 0.2 * abs(pen - paper)), ink.shape)
        coarse = random.normal(0, random.uniform(2, 0.35 * abs(pen - paper)), (3, 3 + ink.shape[1] // max(8, tall)))
        rows, columns = ink.shape
        sheet += np.asarray(
            Image.fromarray(coarse.astype(np.float32)).resize((columns, rows), Image.Resampling.BICUBIC)
        )
        if random.random() < 0.4:
            spread = Image.fromarray((255 * ink).astype(np.uint8)).filter(ImageFilter.MaxFilter(3))
            sheet += (np.asarray(spread, np.float32) / 255) * ((0.0 if light else 255.0) - sheet)
    levels = sheet + ink * (pen - sheet)
    if random.random() < 0.35:
        blur = ImageFilter.GaussianBlur(float(random.uniform(0.2, 0.9) * max(1.0, tall / 14)))
        levels = np.asarray(Image.fromarray(np.clip(levels, 0, 255).astype(np.uint8)).filter(blur), np.float32)
    return np.clip(levels, 0, 255), light


def _reduced(random: np.random.Generator, levels: np.ndarray, box: PixelBox) -> tuple[np.ndarray, PixelBox]:
    """Return the levels reduced as figures are, so that at least five rows of text are left."""
    most = min(4.0, (box.bottom - box.top) / 5.5)
    if most <= 1.05 or random.random() < 0.5:
        return levels, box
    factor = float(random.uniform(1.0, most))
    height, width = levels.shape
    kinds = (Image.Resampling.BOX, Image.Resampling.BILINEAR, Image.Resampling.BICUBIC, Image.Resampling.LANCZOS)
    size = (max(4, round(width / factor)), max(4, round(height / factor)))
    small = Image.fromarray(levels.astype(np.float32)).resize(size, kinds[random.integers(len(kinds))])
    down, across = size[1] / height, size[0] / width
    top, left, bottom, right = box.top * down, box.left * across, box.bottom * down, box.right * across
    return np.asarray(small), PixelBox(int(top), int(left), int(np.ceil(bottom)), int(np.ceil(right)))


def _as_jpeg(levels: np.ndarray, quality: int) -> np.ndarray:
    stream = io.BytesIO()
    Image.fromarray(np.clip(levels, 0, 255).astype(np.uint8)).save(stream, "JPEG", quality=quality)
    return np.asarray(Image.open(stream), np.float32)


def _jittered(random: np.random.Generator, box: PixelBox, shape: tuple[int, ...]) -> PixelBox:
    """Return a box as a finder of text may place it: a little too large or too small."""
    tall = box.bottom - box.top
    moves = random.normal(0, 0.05 * tall, 4) * (random.random() < 0.7)
    top, left, bottom, right = (round(edge + move) for edge, move in zip(box, moves, strict=True))
    top, left = min(max(0, top), box.bottom - 4), max(0, left)
    return PixelBox(max(0, top), left, min(shape[0], max(bottom, top + 4)), min(shape[1], max(right, left + 3)))


def _clutter(random: np.random.Generator) -> np.ndarray:
    """Return a strip without text: noise, or a piece of a line."""
    levels = random.normal(128, 40, (24, int(random.integers(16, 120)))).astype(np.float32)
    if random.random() < 0.5:
        levels[:] = 255
        levels[8 : int(random.integers(9, 16)), :] = 0
        levels[:, : int(random.integers(0, 6))] = 0
    return strip_of(levels, PixelBox(3, 3, 21, levels.shape[1] - 3), light=bool(random.random() < 0.5))
