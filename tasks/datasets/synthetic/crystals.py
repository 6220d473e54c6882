"""Crystals painted onto a canvas: convex bodies turned in space and seen from above, facet by facet."""

from functools import cache
from itertools import pairwise
from typing import Literal, NamedTuple

import numpy as np

from bench.tasks.datasets.synthetic.bodies import Numbers, laid, look_up, many, polygons
from bench.tasks.datasets.synthetic.canvas import Canvas

Form = Literal["cube", "octahedron", "prism", "shard"]


class Crystals(NamedTuple):
    """The crystals on a canvas: body number (0 none), and the diameters (n,) of circles as large as they look."""

    item: np.ndarray
    diameters: np.ndarray


@cache
def _form(name: Form) -> tuple[tuple[np.ndarray, np.ndarray], ...]:
    """Return groups of facets with as many corners: corners (f, k, 3) counter-clockwise, unit normals (f, 3)."""
    if name == "octahedron":
        signs = np.array([[x, y, z] for x in (1, -1) for y in (1, -1) for z in (1, -1)])
        facets = [np.diag(sign)[:: int(sign.prod())] for sign in signs]
        groups = [np.array(facets, float) * 1.25]
    elif name == "shard":
        corners = np.array([[1, 1, 1], [1, -1, -1], [-1, 1, -1], [-1, -1, 1]]) * 0.8
        groups = [corners[[[0, 1, 2], [0, 3, 1], [0, 2, 3], [1, 3, 2]]]]
    elif name == "prism":
        turn = np.arange(6) * np.pi / 3
        top = np.stack([np.cos(turn), np.sin(turn), np.ones(6)], 1)
        low = top * (1, 1, -1)
        around = [*range(6), 0]
        groups = [np.stack([top, low[::-1]]), np.array([[low[i], low[j], top[j], top[i]] for i, j in pairwise(around)])]
    else:
        face = np.array([[-1, -1, 1], [1, -1, 1], [1, 1, 1], [-1, 1, 1]]) * 0.68
        groups = [np.array([np.roll(face, axis, 1) * sign for axis in range(3) for sign in (1, -1)])]
    return tuple((corners.astype(float), _outward(corners)) for corners in groups)


def _outward(corners: np.ndarray) -> np.ndarray:
    middle = corners.mean(1)
    return middle / np.sqrt((middle**2).sum(1, keepdims=True))


def crystals(
    canvas: Canvas,
    random: np.random.Generator,
    form: Form,
    centre: np.ndarray,
    radius: Numbers,
    albedo: Numbers,
    lift: Numbers = 0.0,
    tilt: float = 1.0,
    thick: Numbers = 1.0,
    uneven: float = 0.0,
) -> Crystals:
    """Paint crystals about ``centre`` (n, 2), turned anyhow and tipped by up to ``tilt``.

    ``thick`` scales a body along its own axis, ``uneven`` along all three at random. Facets that face the light are
    brighter.
    """
    count = len(centre)
    radius, albedo, lift = many(radius, count), many(albedo, count), many(lift, count)
    turned = _rotations(random, count, tilt)
    scale = np.exp(uneven * random.standard_normal((count, 3)).clip(-1.5, 1.5)) if uneven else np.ones((count, 3))
    scale[:, 2] *= many(thick, count)
    rings, slopes, tones, bases, owners = [], [], [], [], []
    for corners, normals in _form(form):
        body = np.einsum("nij,fkj->nfki", turned * scale[:, None], corners)
        facing = np.einsum("nij,fj->nfi", turned / scale[:, None], normals)
        facing /= np.sqrt((facing**2).sum(2, keepdims=True))
        which, facet = np.nonzero(facing[..., 2] > 0.03)
        normal = facing[which, facet]
        flat = radius[which, None, None] * body[which, facet]
        ring = np.full((len(which), 6, 2), np.nan)
        ring[:, : flat.shape[1]] = flat[..., :2]
        ring[:, flat.shape[1] :] = flat[:, :1, :2]
        rings.append(ring + centre[which, None])
        slope = np.clip(-normal[:, :2] / normal[:, 2:], -1.6, 1.6)
        anchor = centre[which] + flat[:, 0, :2]
        slopes.append(slope)
        bases.append(lift[which] + radius[which] * 1.0 + flat[:, 0, 2] - (slope * anchor).sum(1))
        tones.append(albedo[which] * (0.78 + 0.22 * normal[:, 2] - 0.42 * normal[:, 0] - 0.26 * normal[:, 1]))
        owners.append(which)
    order = np.argsort(np.concatenate(owners), kind="stable")
    slope = np.concatenate(slopes)[order]
    item = polygons(canvas, np.concatenate(rings)[order])
    plane = look_up(np.concatenate(bases)[order], item)
    plane += look_up(slope[:, 0], item) * canvas.x + look_up(slope[:, 1], item) * canvas.y
    laid(canvas, item, plane, look_up(np.concatenate(tones)[order], item))
    owner = np.concatenate(owners)
    area = np.bincount(owner, _area(np.concatenate(rings)), minlength=count)
    return Crystals(np.concatenate([[0], owner[order] + 1]).take(item), 2 * np.sqrt(area / np.pi))


def _area(rings: np.ndarray) -> np.ndarray:
    """Return the area of polygons (n, k, 2)."""
    (x, y), (next_x, next_y) = np.moveaxis(rings, 2, 0), np.moveaxis(np.roll(rings, -1, 1), 2, 0)
    return 0.5 * np.abs((x * next_y - next_x * y).sum(1))


def _rotations(random: np.random.Generator, count: int, tilt: float) -> np.ndarray:
    """Return rotations (n, 3, 3): any turn about the view, tipped over by up to ``tilt`` radians any way."""
    a, b, c = random.random((3, count)) * np.array([[2 * np.pi], [tilt], [2 * np.pi]])
    # No product of matrices: it would hang on the machine's linear algebra library in its last bits.
    return np.einsum("nij,njk,nkl->nil", _about_z(a), _about_x(b), _about_z(c))


def _about_z(angle: np.ndarray) -> np.ndarray:
    c, s, zero, one = np.cos(angle), np.sin(angle), np.zeros_like(angle), np.ones_like(angle)
    return np.stack([np.stack([c, -s, zero], 1), np.stack([s, c, zero], 1), np.stack([zero, zero, one], 1)], 1)


def _about_x(angle: np.ndarray) -> np.ndarray:
    c, s, zero, one = np.cos(angle), np.sin(angle), np.zeros_like(angle), np.ones_like(angle)
    return np.stack([np.stack([one, zero, zero], 1), np.stack([zero, c, -s], 1), np.stack([zero, s, c], 1)], 1)
