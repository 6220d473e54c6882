"""Further devices: dies of pads, leads that converge, steps and trenches seen close, meanders, levers at a slant."""

import numpy as np
from PIL import Image, ImageDraw

from bench.tasks.datasets.synthetic.canvas import Canvas, blurred
from bench.tasks.datasets.synthetic.scene import Scene
from bench.tasks.datasets.synthetic.specimens.strokes import between, edge, relief, strewn, substrate


class Sheet:
    """A mask drawn in lengths of the field, turned about its middle."""

    def __init__(self, canvas: Canvas, turn: float = 0.0, middle: tuple[float, float] = (0.5, 0.45)) -> None:
        self._canvas, self.middle = canvas, middle
        self._turn = np.array([[np.cos(turn), np.sin(turn)], [-np.sin(turn), np.cos(turn)]])
        self._image = Image.new("L", (canvas.shape[1], canvas.shape[0]), 0)
        self._pen = ImageDraw.Draw(self._image)

    def area(self, points: np.ndarray, material: bool = True) -> None:
        """Fill a polygon (n, 2) about the middle."""
        placed = self._canvas.pixels(np.array(self.middle) + points @ self._turn)
        self._pen.polygon(placed.ravel().tolist(), fill=255 if material else 0)

    def box(self, left: float, top: float, right: float, bottom: float, material: bool = True) -> None:
        """Fill a rectangle about the middle."""
        self.area(np.array([[left, top], [right, top], [right, bottom], [left, bottom]]), material)

    def line(self, points: np.ndarray, width: float) -> None:
        """Draw a line (n, 2) about the middle, at least a pixel wide."""
        placed = self._canvas.pixels(np.array(self.middle) + points @ self._turn)
        thick = max(1, round(width * self._canvas.unit))
        self._pen.line(placed.ravel().tolist(), fill=255, width=thick, joint="curve")

    @property
    def mask(self) -> np.ndarray:
        """Where there is material (height, width)."""
        return np.asarray(self._image) > 0


def _laid(canvas: Canvas, random: np.random.Generator, raised: np.ndarray, level: float) -> None:
    """Lay a layer of metal or oxide where the mask is: plain or grainy, its border bright or not."""
    grain = canvas.noise(random, "rough", between(random, 0.02, 0.1))
    tone = level * (1 + np.float32(random.choice([0.01, 0.06, 0.12])) * grain)
    canvas.albedo[:] = np.where(raised, tone, canvas.albedo)
    canvas.albedo *= 1 + np.float32(random.choice([0.0, 0.4, 1.0])) * edge(raised, random.uniform(0.001, 0.004))
    canvas.z += np.float32(random.choice([0.0, 0.008, 0.03])) * blurred(raised.astype(np.float32), 0.002)


def _levels(random: np.random.Generator) -> tuple[float, float]:
    """Return the grey levels of substrate and layer, most often a bright layer on a dark substrate."""
    dark, bright = random.uniform(0.03, 0.25), random.uniform(0.35, 0.75)
    return (dark, bright) if random.random() < 0.75 else (bright, dark)


def dies(canvas: Canvas, scene: Scene, random: np.random.Generator) -> None:
    """Draw a row of equal dies: pads around a middle where their leads meet, crosses between for alignment."""
    below, above = _levels(random)
    substrate(canvas, random, below)
    sheet = Sheet(canvas, random.choice([0.0, 0.0, random.normal(0, 0.2)]), tuple(random.uniform(0.2, 0.8, 2)))
    die, pads = between(random, 0.3, 1.3), int(random.integers(3, 9))
    wide, thin = die * random.uniform(0.3, 0.7) / pads, die * random.uniform(0.006, 0.03)
    reach = int(1.4 / die) + 1
    aside = random.random() < 0.6
    for column in range(-reach, reach + 1):
        for row in range(-reach, reach + 1):
            x, y = column * die * 1.15, row * die * 1.15
            _die(sheet, np.array([x, y]), die, pads, wide, thin)
            if aside:
                arm = 0.06 * die
                for across, down in ((arm, 0.25 * arm), (0.25 * arm, arm)):
                    sheet.box(x + 0.575 * die - across, y - down, x + 0.575 * die + across, y + down)
    _laid(canvas, random, sheet.mask, above)
    strewn(canvas, random, 12, (0.003, 0.015))


def _die(sheet: Sheet, centre: np.ndarray, die: float, pads: int, wide: float, thin: float) -> None:
    places = (np.arange(pads) - (pads - 1) / 2) * 0.8 * die / pads
    for turn in range(4):
        c, s = np.cos(turn * np.pi / 2), np.sin(turn * np.pi / 2)
        quarter = np.array([[c, s], [-s, c]])
        for place in places if turn % 2 == 0 else places[1:-1]:
            pad = np.array([[0.3, -0.5], [0.5, -0.5], [0.5, 0.5], [0.3, 0.5]]) * [die, wide] + [0, place]
            sheet.area(centre + pad @ quarter)
            lead = np.array([[0.3 * die, place], [0.2 * die, place], [0.03 * die, 0.12 * place]])
            sheet.line(centre + lead @ quarter, thin)


def leads(canvas: Canvas, scene: Scene, random: np.random.Generator) -> None:
    """Draw broad leads that come in from several sides and go on as thin lines to a place in the middle."""
    below, above = _levels(random)
    substrate(canvas, random, below)
    sheet = Sheet(canvas, random.choice([0.0, random.uniform(0, np.pi)]), tuple(random.uniform(0.35, 0.65, 2)))
    count = int(random.integers(2, 9))
    wide, gap = random.uniform(0.3, 0.75) / count, random.uniform(0.0, 0.06)
    thin, inner = between(random, 0.004, 0.02), random.uniform(0.12, 0.3)
    for turn in range(4)[: int(random.integers(2, 5))]:
        c, s = np.cos(turn * np.pi / 2), np.sin(turn * np.pi / 2)
        quarter = np.array([[c, s], [-s, c]])
        for place in (np.arange(count) - (count - 1) / 2) / count:
            fan = 1 + random.uniform(0, 0.05)
            broad = np.array(
                [
                    [inner, 0.7 * place - wide / 2],
                    [inner + 0.15, place - wide / 2],
                    [1.5, fan * place - wide / 2],
                    [1.5, fan * place + wide / 2],
                    [inner + 0.15, place + wide / 2],
                    [inner, 0.7 * place + wide / 2],
                ]
            )
            sheet.area(broad @ quarter)
            bent = np.array([[inner, 0.7 * place], [0.6 * inner, 0.5 * place], [gap, 0.1 * place]])
            sheet.line(bent @ quarter, thin)
    _laid(canvas, random, sheet.mask, above)
    strewn(canvas, random, 15, (0.003, 0.02))


def steps(canvas: Canvas, scene: Scene, random: np.random.Generator) -> None:
    """Draw edges, corners and trenches of thick layers seen close: flat tops, striped walls, dark bottoms."""
    surfaces = random.uniform(0.15, 0.65, 4)
    canvas.albedo[:] = surfaces[0]
    _surface(canvas, random, np.ones(canvas.shape, bool))
    turn = random.choice([0.0, np.pi / 2, random.uniform(0, np.pi)])
    for number in range(int(random.integers(1, 4))):
        sheet = Sheet(canvas, turn + random.normal(0, 0.06), tuple(random.uniform(0.2, 0.8, 2)))
        _piece(sheet, random)
        _raised(canvas, random, sheet.mask, surfaces[number + 1])
    strewn(canvas, random, 25, (0.002, 0.015))


def _piece(sheet: Sheet, random: np.random.Generator) -> None:
    """Draw a half plane, a corner, a notch, a beam or a rounded end."""
    kind, wide = random.integers(5), random.uniform(0.04, 0.35)
    if kind == 0:
        sheet.box(-2, 0, 2, 2)
    elif kind == 1:
        slope = random.uniform(-0.6, 0.6)
        sheet.area(np.array([[0, 0], [2, slope], [2, 2], [slope, 2]]))
    elif kind == 2:
        sheet.box(-2, -2, 2, 0)
        sheet.box(-wide, -random.uniform(0.2, 1.5), wide, 0.01, material=False)
    elif kind == 3:
        sheet.box(-2, -wide / 2, 2, wide / 2)
    else:
        end = np.linspace(-np.pi / 2, np.pi / 2, 20)
        cap = np.stack([np.cos(end) * random.choice([0.1, 1.0]), np.sin(end)], 1) * wide
        sheet.area(np.concatenate([[[-2, -wide]], cap, [[-2, wide]]]))


def _surface(canvas: Canvas, random: np.random.Generator, where: np.ndarray) -> None:
    """Make a surface smooth, rough or grainy."""
    kind = random.integers(3)
    if kind:
        grain = between(random, 0.01, 0.08)
        bumpy = canvas.noise(random, "rough", grain) if kind == 1 else relief(canvas, random, grain, 2)
        canvas.z += np.where(where, np.float32(random.uniform(0.01, 0.12) * grain) * bumpy, 0)
        canvas.albedo *= np.where(where, 1 + np.float32(0.06) * bumpy, 1)


def _raised(canvas: Canvas, random: np.random.Generator, raised: np.ndarray, level: float) -> None:
    deep = round(random.choice([0.0, 0.03, 0.1, 0.25]) * random.uniform(0.5, 1.2) * canvas.unit)
    wall = np.zeros_like(raised)
    for step in range(1, deep + 1, max(1, deep // 12)):
        wall[step:] |= raised[:-step]
    wall &= ~raised
    along, _ = canvas.turned(random.normal(0, 0.1))
    stripes = np.sin(along * np.float32(2 * np.pi / between(random, 0.008, 0.05)) + 2 * canvas.waves(random, 6))
    tone = np.float32(level * random.choice([0.15, 0.5, 1.4]))
    canvas.albedo[:] = np.where(wall, tone * (1 + np.float32(random.choice([0.05, 0.3])) * stripes), canvas.albedo)
    canvas.albedo[:] = np.where(raised, np.float32(level), canvas.albedo)
    _surface(canvas, random, raised)
    bright = np.float32(random.uniform(0.3, 2.0)) * edge(raised, random.uniform(0.0015, 0.005))
    canvas.albedo *= 1 + bright
    canvas.z += np.where(raised, np.float32(0.03), 0)


def meander(canvas: Canvas, scene: Scene, random: np.random.Generator) -> None:
    """Draw a line that winds to and fro between two pads, rings with a feed line, or a spiral."""
    below, above = _levels(random)
    substrate(canvas, random, below)
    sheet = Sheet(canvas, random.choice([0.0, np.pi / 2, random.uniform(0, np.pi)]), tuple(random.uniform(0.4, 0.6, 2)))
    wide, kind = between(random, 0.008, 0.04), random.integers(3)
    if kind == 0:
        turns, reach = int(random.integers(4, 16)), random.uniform(0.15, 0.45)
        y = np.repeat((np.arange(turns) - turns / 2) * wide * random.uniform(1.8, 3), 2)
        x = reach * np.tile([-1, 1, 1, -1], turns)[: 2 * turns]
        sheet.line(np.stack([x, y], 1), wide)
        sheet.box(-0.3, y[0] - 0.5, 0.3, y[0])
        sheet.box(-0.3, y[-1], 0.3, y[-1] + 0.5)
    elif kind == 1:
        round_turn = np.linspace(0, 2 * np.pi, 60)
        ring = np.stack([np.cos(round_turn), np.sin(round_turn)], 1)
        for number in range(int(random.integers(1, 4))):
            radius = random.uniform(0.08, 0.3)
            centre = np.array([(number - 1) * 0.6, 0.0])
            sheet.line(centre + radius * ring, wide)
            sheet.line(centre + np.array([[-2.0, radius + 1.5 * wide], [2.0, radius + 1.5 * wide]]), wide)
    else:
        angle = np.linspace(0, 2 * np.pi * random.integers(3, 8), 200)
        radius = 0.03 + angle / (2 * np.pi) * wide * random.uniform(1.7, 2.6)
        sheet.line(np.stack([radius * np.cos(angle), radius * np.sin(angle)], 1), wide)
    _laid(canvas, random, sheet.mask, above)


def levers(canvas: Canvas, scene: Scene, random: np.random.Generator) -> None:
    """Draw free beams or membranes on arms at a slant over a hollow, with walls below them."""
    below, above = _levels(random)
    substrate(canvas, random, below)
    sheet = Sheet(canvas, random.uniform(0, np.pi), tuple(random.uniform(0.35, 0.65, 2)))
    half = random.uniform(0.1, 0.3)
    if random.random() < 0.5:
        sheet.box(-half, -half, half, half)
        arm = between(random, 0.01, 0.06)
        for x, y in ((-1, -1), (1, 1), (1, -1), (-1, 1))[: random.choice([2, 4])]:
            ends = np.array([[x * half, y * half], [x * (half + 0.2), y * half], [x * (half + 0.2), y * 1.5]])
            sheet.line(ends, arm)
    else:
        count, wide = int(random.integers(1, 9)), between(random, 0.015, 0.12)
        sheet.box(-2, -2, -0.25, 2)
        for y in (np.arange(count) - (count - 1) / 2) * wide * random.uniform(1.6, 3):
            reach = random.uniform(0.1, 0.6)
            sheet.area(
                np.array([[-0.26, y - wide / 2], [reach, y - wide / 3], [reach, y + wide / 3], [-0.26, y + wide / 2]])
            )
    _raised(canvas, random, sheet.mask, above)
    strewn(canvas, random, 15, (0.003, 0.012))
