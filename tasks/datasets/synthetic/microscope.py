"""The microscope: from a canvas to grey levels as a secondary-electron detector sees them.

Yield grows with the surface's tilt (about 1/cos), hollows are dark, edges bright; then focus, charging, contrast,
shot noise and the data bar (Goldstein et al., Scanning Electron Microscopy and X-Ray Microanalysis, 2018, ch. 3).
"""

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from bench.tasks.datasets.synthetic.canvas import Canvas, blurred
from bench.tasks.datasets.synthetic.scene import INSTRUMENT, NOISE, Scene

_NAMES = ("SU8000", "JSM-7600", "Nova 450", "Supra 40", "Quanta 3D")
_UNITS = ("nm", "um")


def photograph(canvas: Canvas, scene: Scene) -> np.ndarray:
    """Return the picture (size, size) uint8 of a canvas."""
    random = scene.stream(INSTRUMENT)
    signal = _focused(_yield(canvas, random), scene, random)
    if scene["charging"] == "streaks":
        signal = _charged(signal, random)
    signal = _toned(signal, scene, random)
    dose = random.uniform(0.02, 0.06) * (1.0 if scene["contrast"] == "high" else 0.6)
    # Of its own stream: how many numbers it takes depends on the resolution, the data bar must not.
    signal = _noisy(signal, dose, scene.stream(NOISE))
    picture = (np.clip(signal, 0, 1) * 255 + 0.5).astype(np.uint8)
    return _with_bar(picture, scene, random)


def _yield(canvas: Canvas, random: np.random.Generator) -> np.ndarray:
    # The electrons leave from a depth that rounds off sharp steps, whatever the resolution.
    height = blurred(canvas.z, 0.003) * canvas.size
    down, right = np.gradient(height)
    tilt = np.sqrt(1 + right**2 + down**2)
    edge = np.minimum(tilt - 1, 2.5) / 2.5
    turn = random.uniform(0, 2 * np.pi)
    facing = np.clip((right * np.cos(turn) + down * np.sin(turn)) / tilt, -1, 1)
    around = blurred(canvas.z, 0.018)
    hollow = np.clip((around - canvas.z) / 0.03, -0.5, 1)
    return canvas.albedo * (1 + 0.15 * facing - 0.5 * hollow) + edge * (0.28 + 0.5 * canvas.albedo)


def _focused(signal: np.ndarray, scene: Scene, random: np.random.Generator) -> np.ndarray:
    width = random.uniform(0.0085, 0.0105) if scene["focus"] == "blurred" else random.uniform(0.0016, 0.0022)
    return blurred(signal, width)


def _charged(signal: np.ndarray, random: np.random.Generator) -> np.ndarray:
    """Add bright scan lines that end in a dark tail, where the sample charged up."""
    size = signal.shape[0]
    line = (np.arange(size) + 0.5) / size
    for _ in range(int(random.integers(5, 9))):
        y, x, thick = random.uniform(0.05, 0.88), random.uniform(-0.2, 0.6), random.uniform(0.005, 0.012)
        reach, strength = random.uniform(0.4, 0.9), random.uniform(0.45, 0.7)
        row = np.abs(line - y) < thick
        along = np.where(line > x, np.exp(-np.maximum(line - x, 0) / reach), 0) - 0.8 * ((line < x) & (line > x - 0.15))
        signal[row] += (strength * along).astype(np.float32)
    return signal


def _toned(signal: np.ndarray, scene: Scene, random: np.random.Generator) -> np.ndarray:
    """Set contrast and brightness; low contrast keeps a third of the span."""
    signal = signal + random.uniform(-0.03, 0.03)
    if scene["contrast"] == "low":
        centre = random.uniform(0.4, 0.55)
        return centre + (np.clip(signal, 0, 1.2) - 0.5) * random.uniform(0.36, 0.42)
    return 0.5 + (signal - 0.5) * random.uniform(1.05, 1.25)


def _noisy(signal: np.ndarray, dose: float, random: np.random.Generator) -> np.ndarray:
    """Add shot noise: its variance follows the signal."""
    noise = random.standard_normal(signal.shape, np.float32)
    return signal + noise * dose * np.sqrt(np.clip(signal, 0.05, 1) + 0.1)


def _with_bar(picture: np.ndarray, scene: Scene, random: np.random.Generator) -> np.ndarray:
    """Put the data bar at the bottom: instrument text and a scale bar, white on black or black on white."""
    light = bool(random.random() < 0.5)
    share = random.uniform(0.1, 0.15) if scene["bar"] == "short" else random.uniform(0.38, 0.5)
    text = _bar_text(random)
    if scene["bar"] == "absent":
        return picture
    size = picture.shape[0]
    tall = max(4, round(0.1 * size))
    paper, ink = (255, 0) if light else (0, 255)
    strip = Image.new("L", (size, tall), paper)
    pen = ImageDraw.Draw(strip)
    left, middle = round(0.03 * size), round(0.72 * tall)
    right = left + round(share * size)
    pen.rectangle((left, middle - max(1, tall // 12), right, middle), fill=ink)
    for end in (left, right):
        pen.rectangle((end, round(0.5 * tall), end + max(0, size // 224 - 1), round(0.92 * tall)), fill=ink)
    font = ImageFont.load_default(size=max(5.0, 0.42 * tall))
    pen.text((left, 0), text[0], font=font, fill=ink)
    pen.text((round(0.58 * size), round(0.22 * tall)), text[1], font=font, fill=ink)
    picture[size - tall :] = np.asarray(strip)
    return picture


def _bar_text(random: np.random.Generator) -> tuple[str, str]:
    length = random.choice([1, 2, 5, 10, 20, 50, 100, 200, 500])
    volts, name = random.choice([1, 2, 3, 5, 10, 15, 20]), random.choice(_NAMES)
    return f"{length} {random.choice(_UNITS)}", f"{volts}.0 kV {name}"
