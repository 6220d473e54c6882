"""Further patterned surfaces: fields of gratings, rings and dots in arrays, posts at a slant, test patterns."""

import numpy as np

from bench.tasks.datasets.synthetic import placement
from bench.tasks.datasets.synthetic.bodies import polygons
from bench.tasks.datasets.synthetic.canvas import Canvas, blurred
from bench.tasks.datasets.synthetic.scene import Scene
from bench.tasks.datasets.synthetic.specimens.chips import Sheet
from bench.tasks.datasets.synthetic.specimens.strokes import between, edge, strewn, substrate
from bench.tasks.datasets.synthetic.structures import Structures, joined, stacked


def _profile(wave: np.ndarray, sharp: float) -> np.ndarray:
    """Return a line pattern from 0 to 1 of a phase in periods; ``sharp`` is how steep its steps are."""
    return 0.5 + 0.5 * np.tanh(np.float32(sharp) * np.sin(wave * np.float32(2 * np.pi)))


def _lines(wave: np.ndarray, pitch: float) -> Structures:
    """Return the lines of a pattern, the raised half of every period, of a phase in periods."""
    line = np.floor(wave).astype(np.intp)
    line -= line.min()
    return Structures(np.where(wave % 1 < 0.5, line + 1, 0), np.full(int(line.max()) + 1, 0.5 * pitch))


def gratings(canvas: Canvas, scene: Scene, random: np.random.Generator) -> Structures:
    """Draw fine lines over the whole field, or fields of lines that run in different ways."""
    low = random.uniform(0.1, 0.5)
    high = low + random.uniform(0.12, 0.5)
    pitch = between(random, 0.018, 0.12)
    turn = random.choice([0.0, np.pi / 2, random.uniform(0, np.pi)])
    u, v = canvas.turned(turn)
    sharp = between(random, 0.5, 8)
    ragged = np.float32(random.uniform(0, 0.06)) * canvas.noise(random, "rough", 0.1)
    wave = v / pitch + ragged
    pattern, lines = _profile(wave, sharp), _lines(wave, pitch)
    parts = random.integers(3)
    if parts:
        across = pitch * random.choice([1.0, 0.6, 1.7])
        wave = u / np.float32(across) + ragged
        other = _profile(wave, sharp)
        side = u > np.float32(random.uniform(-0.3, 0.3))
        if parts == 2:
            side ^= v > np.float32(random.uniform(-0.3, 0.3))
        pattern = np.where(side, other, pattern)
        beside = _lines(wave, across)
        both = np.where(side, beside.item, 0), np.where(side, 0, lines.item)
        lines = stacked([lines._replace(item=both[1]), beside._replace(item=both[0], countable=False)])
        seam = edge(side, 0.002)
        pattern = pattern * (1 - np.float32(random.uniform(0, 1)) * seam)
    canvas.albedo[:] = low + (high - low) * pattern
    canvas.z += np.float32(random.choice([0.0, 0.05, 0.2]) * pitch) * pattern
    canvas.albedo *= 1 + np.float32(0.04) * canvas.noise(random, "rough", 0.1)
    strewn(canvas, random, 12, (0.003, 0.02))
    return lines


def dot_array(canvas: Canvas, scene: Scene, random: np.random.Generator) -> Structures:
    """Draw an array of round or square holes, caps or rings with bright rims, one size or two, with faults."""
    low, high = random.uniform(0.03, 0.3), random.uniform(0.35, 0.7)
    level, spot = (low, high) if random.random() < 0.5 else (high, low)
    substrate(canvas, random, level)
    pitch = between(random, 0.018, 0.2)
    u, v = canvas.turned(random.choice([0.0, np.pi / 4, random.normal(0, 0.15), random.uniform(0, np.pi)]))
    tall = pitch * random.choice([1.0, 1.0, 0.6, 1.3])
    v = v / np.float32(tall) + np.float32(random.random() + 50)
    u = u / np.float32(pitch) + np.float32(random.random() + 50)
    if random.random() < 0.35:
        u = u + 0.5 * (np.floor(v) % 2)
        v, tall = v * np.float32(1.1547), tall / 1.1547
    column, row = np.floor(u).astype(np.intp), np.floor(v).astype(np.intp)
    du, dv = u - column - np.float32(0.5), v - row - np.float32(0.5)
    square = random.random() < 0.3
    far = np.maximum(np.abs(du), np.abs(dv)) if square else np.sqrt(du * du + dv * dv)
    size = random.uniform(0.18, 0.46) * random.normal(1, random.choice([0.0, 0.05]), (64, 64)).astype(np.float32)
    size[random.random((64, 64)) < random.choice([0.0, 0.0, 0.04])] = 0
    far = far / np.maximum(size[column % 64, row % 64], np.float32(1e-3))
    inside = far < 1
    canvas.albedo[:] = np.where(inside, spot * (1 - np.float32(random.uniform(0, 0.5)) * far), canvas.albedo)
    rim = np.exp(-(((far - 1) / np.float32(random.uniform(0.06, 0.25))) ** 2))
    canvas.albedo += np.float32(random.choice([0.0, 0.2, 0.5])) * rim
    inner = far < np.float32(random.uniform(0.3, 0.7))
    if random.random() < 0.4:
        canvas.albedo *= np.where(inner, np.float32(random.uniform(0.2, 2.0)), 1)
    canvas.z += np.float32(random.choice([-0.02, 0.02, 0.0])) * blurred(inside.astype(np.float32), 0.004)
    strewn(canvas, random, 15, (0.003, 0.02))
    # As large as an ellipse or a rectangle with the sides of a cell, times its size.
    disc = 2 * np.sqrt(pitch * tall) * (2 / np.sqrt(np.pi) if square else 1)
    columns, rows = np.arange(column.min(), column.max() + 1), np.arange(row.min(), row.max() + 1)
    item = (row - rows[0]) * len(columns) + column - columns[0] + 1
    return Structures(np.where(inside, item, 0), disc * size[columns[None] % 64, rows[:, None] % 64].ravel())


def posts(canvas: Canvas, scene: Scene, random: np.random.Generator) -> Structures:
    """Draw posts at a slant, in rows, to the end of the array or over the whole field: lit sides, bright tops."""
    ground = random.uniform(0.08, 0.5)
    substrate(canvas, random, ground)
    pitch, slant = between(random, 0.04, 0.28), random.uniform(0.35, 0.8)
    half, tall = pitch * random.uniform(0.12, 0.35), pitch * between(random, 0.4, 3)
    reach = int(1.6 / pitch / slant) + 2 if random.random() < 0.6 else int(random.integers(2, 6))
    i, j = (grid.ravel() for grid in np.meshgrid(np.arange(-reach, reach + 1), np.arange(-reach, reach + 1)))
    turn = random.choice([0.0, np.pi / 4, random.uniform(0, np.pi / 2)])
    c, s = np.cos(turn), np.sin(turn)
    x, y = (i * c - j * s) * pitch, (i * s + j * c) * pitch * slant
    order = np.argsort(y, kind="stable")
    foot = np.stack([x, y], 1)[order] + random.uniform(0.4, 0.6, 2)
    foot = foot[placement.within((foot - 0.5) / (1, 1 + tall) + 0.5)]
    sides = 4 if random.random() < 0.5 else 16
    corner = np.arange(sides) * 2 * np.pi / sides + turn + np.pi / 4
    ring = half * np.stack([np.cos(corner), slant * np.sin(corner)], 1) * (1.414 if sides == 4 else 1)
    taper = random.uniform(0.5, 1.1)
    top = foot[:, None] + taper * ring - [0, tall * np.sqrt(1 - slant**2)]
    low = foot[:, None] + ring
    level = random.uniform(0.25, 0.6)
    rings, tones = [], []
    for number in range(sides):
        following = (number + 1) % sides
        if np.sin(corner[number] + np.pi / sides) > -0.05:
            rings.append(np.stack([low[:, number], low[:, following], top[:, following], top[:, number]], 1))
            lit = 0.75 + 0.45 * np.cos(corner[number] + np.pi / sides + 2.2)
            tones.append(np.full(len(foot), level * lit))
    caps = np.pad(top, ((0, 0), (0, 16 - sides), (0, 0)), mode="edge")
    walls = [np.pad(each, ((0, 0), (0, 12), (0, 0)), mode="edge") for each in rings]
    every = np.stack([*walls, caps], 1).reshape(-1, 16, 2)
    tone = np.stack([*tones, np.full(len(foot), level * random.uniform(1.1, 1.9))], 1).ravel()
    item = polygons(canvas, every)
    canvas.albedo[:] = np.where(item > 0, np.concatenate([[0.0], tone]).astype(np.float32).take(item), canvas.albedo)
    canvas.z += np.float32(0.01) * (item > 0)
    wide = half * (1 + taper) * (2 / np.sqrt(np.pi) if sides == 4 else 1)
    return Structures(joined(item, len(rings) + 1), np.full(len(foot), wide))


def test_patterns(canvas: Canvas, scene: Scene, random: np.random.Generator) -> None:
    """Draw blocks of arrays of different pitch, crosses, stars and frames beside each other."""
    low, high = random.uniform(0.05, 0.35), random.uniform(0.4, 0.75)
    below, above = (low, high) if random.random() < 0.65 else (high, low)
    substrate(canvas, random, below)
    sheet = Sheet(canvas, random.choice([0.0, random.normal(0, 0.1)]), (0.5, 0.5))
    step = random.uniform(0.22, 0.6)
    motifs = (_cross, _star, _block, _block, _bars, _frame)
    for x in np.arange(-1, 1.01, step):
        for y in np.arange(-0.7, 0.71, step):
            if random.random() < 0.85:
                motif = motifs[random.integers(len(motifs))]
                motif(sheet, random, np.array([x, y]) + random.uniform(0, 0.05, 2), 0.42 * step)
    raised = sheet.mask
    canvas.albedo[:] = np.where(raised, np.float32(above), canvas.albedo)
    canvas.albedo *= 1 + np.float32(random.choice([0.0, 0.6])) * edge(raised, 0.003)
    canvas.albedo *= 1 + np.float32(0.04) * canvas.noise(random, "rough", 0.08)
    canvas.z += np.float32(random.choice([0.0, 0.01])) * blurred(raised.astype(np.float32), 0.003)


def _around(centre: np.ndarray, half: float, sides: int) -> np.ndarray:
    turn = np.arange(sides) * 2 * np.pi / sides + np.pi / sides
    return centre + half * np.stack([np.cos(turn), np.sin(turn)], 1)


def _cross(sheet: Sheet, random: np.random.Generator, centre: np.ndarray, half: float) -> None:
    thin = half * random.uniform(0.08, 0.35)
    for wide, tall in ((half, thin), (thin, half)):
        sheet.box(*(centre - (wide, tall)), *(centre + (wide, tall)))


def _star(sheet: Sheet, random: np.random.Generator, centre: np.ndarray, half: float) -> None:
    rays = int(random.choice([4, 8, 16]))
    for number in range(rays):
        turn = number * 2 * np.pi / rays
        ends = np.array([turn - np.pi / rays / 2, turn + np.pi / rays / 2])
        sheet.area(np.concatenate([centre[None], centre + half * np.stack([np.cos(ends), np.sin(ends)], 1)]))


def _block(sheet: Sheet, random: np.random.Generator, centre: np.ndarray, half: float) -> None:
    count, sides = int(random.integers(3, 9)), int(random.choice([4, 6, 12]))
    pitch = 2 * half / count
    skew = random.choice([0.0, 0.5])
    for i in range(count):
        for j in range(count):
            place = centre - half + pitch * np.array([i + 0.5 + skew * (j % 2), j + 0.5])
            sheet.area(_around(place, pitch * 0.42, sides))


def _bars(sheet: Sheet, random: np.random.Generator, centre: np.ndarray, half: float) -> None:
    count, upright = int(random.integers(3, 12)), random.random() < 0.5
    for y in np.arange(count) * 2 * half / count - half:
        thick = half / count
        if upright:
            sheet.box(centre[0] + y, centre[1] - half, centre[0] + y + thick, centre[1] + half)
        else:
            sheet.box(centre[0] - half, centre[1] + y, centre[0] + half, centre[1] + y + thick)


def _frame(sheet: Sheet, random: np.random.Generator, centre: np.ndarray, half: float) -> None:
    sheet.box(*(centre - half), *(centre + half))
    inner = half * random.uniform(0.5, 0.9)
    sheet.box(*(centre - inner), *(centre + inner), material=False)
