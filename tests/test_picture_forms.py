"""One scene in every form in which a picture file can hold it: the same grey picture, or a reason."""

import struct
import zlib

import numpy as np
import pytest
import tifffile
from PIL import Image, ImageCms

from bench.data.decoding import frame_of, grey
from bench.data.frames import Unreadable

HEIGHT, WIDTH, SIDE = 60, 80, 40


def scene():
    """Grey levels from 0.15 to 0.85, other in every orientation."""
    rows, columns = np.mgrid[:HEIGHT, :WIDTH]
    light = 0.2 + 0.3 * columns / WIDTH
    light[(columns - 20) ** 2 + (rows - 15) ** 2 < 90] = 0.85
    light[(rows > 40) & (columns > 50)] = 0.15
    return light


G = scene()
G8 = (G * 255).round().astype(np.uint8)
MASK = np.where(np.mgrid[:HEIGHT, :WIDTH][1] < 60, 1.0, 0.5)
"""Shares of opacity."""


def of(bits, kind=np.uint16):
    return (G * (2.0**bits - 1)).round().astype(kind)


def colours(grey):
    return np.stack([grey] * 3, -1)


def packed(numbers, bits):
    """Rows of whole numbers without regard to bytes."""
    rows = [
        np.packbits(((row.reshape(-1, 1) >> np.arange(bits - 1, -1, -1)) & 1).astype(np.uint8)).tobytes()
        for row in numbers.reshape(len(numbers), -1).astype(np.int64)
    ]
    return b"".join(rows)


def tiff(path, data, *, bits=8, photometric=1, channels=1, order="<", big=False, **tags):
    """Write a TIFF of one strip by hand; ``tags`` are called t and their number, values or bytes."""
    values = {
        256: WIDTH,
        257: HEIGHT,
        258: [bits] * channels,
        259: 1,
        262: photometric,
        273: 0,
        277: channels,
        278: HEIGHT,
        279: len(data),
    }
    values |= {int(name[1:]): value for name, value in tags.items()}
    values = {tag: value for tag, value in values.items() if value is not None}
    count, entry, wide = ("Q", "HHQ", 8) if big else ("H", "HHI", 4)
    place = 16 if big else 8
    start = place + len(data)
    values[273] = place if not isinstance(values[273], list) else [place + offset for offset in values[273]]
    spare = start + (8 if big else 2) + len(values) * (4 + 2 * wide) + wide
    body, tail = struct.pack(order + count, len(values)), b""
    for tag, value in sorted(values.items()):
        if isinstance(value, bytes):
            form, number, raw = 7, len(value), value
        else:
            listed = value if isinstance(value, list) else [value]
            form = 4 if tag in (256, 257, 273, 278, 279, 322, 323, 324, 325) else 3
            number, raw = len(listed), b"".join(struct.pack(order + ("I" if form == 4 else "H"), v) for v in listed)
        if len(raw) > wide:
            raw, tail = struct.pack(order + ("Q" if big else "I"), spare + len(tail)), tail + raw
        body += struct.pack(order + entry, tag, form, number) + raw.ljust(wide, b"\0")
    mark = b"II" if order == "<" else b"MM"
    header = mark + (struct.pack(order + "HHHQ", 43, 8, 0, start) if big else struct.pack(order + "HI", 42, start))
    path.write_bytes(header + data + body + bytes(wide) + tail)


def chunk(name, data):
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def png(path, numbers, depth=16, colour=0, chunks=()):
    """Write a PNG by hand: (H, W) or (H, W, S) numbers of 16 bits, or fewer in rows that begin bytes."""
    wide = numbers.astype(">u2").tobytes() if depth == 16 else packed(numbers, depth)
    size = len(wide) // HEIGHT
    raw = b"".join(b"\0" + wide[row * size : (row + 1) * size] for row in range(HEIGHT))
    header = struct.pack(">IIBBBBB", WIDTH, HEIGHT, depth, colour, 0, 0, 0)
    middle = b"".join(chunk(*each) for each in chunks)
    path.write_bytes(
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + middle
        + chunk(b"IDAT", zlib.compress(raw))
        + chunk(b"IEND", b"")
    )


def saved(image, **options):
    return lambda path: image.save(path, **options)


def tagged(orientation):
    """The scene stored turned or mirrored, and the EXIF that says so."""
    turned = {
        2: G8[:, ::-1],
        3: G8[::-1, ::-1],
        4: G8[::-1],
        5: G8.T,
        6: np.rot90(G8),
        7: np.rot90(G8.T, 2),
        8: np.rot90(G8, -1),
    }[orientation]
    exif = Image.Exif()
    exif[274] = orientation
    return np.ascontiguousarray(turned), exif


def with_exif(orientation, **options):
    turned, exif = tagged(orientation)
    return lambda path: Image.fromarray(turned).save(path, exif=exif, **options)


def turned_tiff(orientation, **options):
    turned, _ = tagged(orientation)

    def write(path):
        wide = {"t256": turned.shape[1], "t257": turned.shape[0], "t278": turned.shape[0]}
        tiff(path, turned.tobytes(), t274=orientation, **wide, **options)

    return write


def by_tifffile(numbers, **options):
    return lambda path: tifffile.imwrite(path, numbers, **{"photometric": "minisblack", **options})


def by_hand(data, **options):
    return lambda path: tiff(path, data, **options)


def planes(numbers):
    """Three strips, one for each channel."""
    size = HEIGHT * WIDTH * numbers.itemsize
    layout = {"t273": [0, size, 2 * size], "t279": [size] * 3, "t284": 2}
    return by_hand(
        np.ascontiguousarray(numbers.transpose(2, 0, 1)).tobytes(),
        bits=8 * numbers.itemsize,
        photometric=2,
        channels=3,
        **layout,
    )


def ramp_palette(bits, most=65535):
    return [round(level / (2**bits - 1) * most) for _ in range(3) for level in range(2**bits)]


def linear_profile():
    """A grey ICC profile without gamma: the same light, other numbers."""
    curve = b"curv" + bytes(4) + struct.pack(">I", 0)
    white = b"XYZ " + bytes(4) + struct.pack(">iii", 63190, 65536, 54061)
    text = b"desc" + bytes(4) + struct.pack(">I", 2) + b"x\0" + bytes(78)
    parts = [(b"desc", text), (b"wtpt", white), (b"kTRC", curve), (b"cprt", b"text" + bytes(4) + b"x\0\0\0")]
    place, table, body = 128 + 4 + 12 * len(parts), b"", b""
    for name, part in parts:
        part += bytes(-len(part) % 4)
        table += name + struct.pack(">II", place + len(body), len(part))
        body += part
    head = struct.pack(">I4sI4s4s4s", 0, b"lcms", 0x02400000, b"mntr", b"GRAY", b"XYZ ") + bytes(12) + b"acsp"
    head = head.ljust(68, b"\0") + struct.pack(">iii", 63190, 65536, 54061)
    profile = head.ljust(128, b"\0") + struct.pack(">I", len(parts)) + table + body
    return struct.pack(">I", len(profile)) + profile[4:]


def decoded_srgb(light):
    return np.where(light > 0.04045, ((light + 0.055) / 1.055) ** 2.4, light / 12.92)


PLAIN, COLOUR = Image.fromarray(G8), Image.fromarray(colours(G8))
SRGB = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
LIGHTNESS = 116 * np.cbrt(decoded_srgb(G)) - 16
FORMS = {
    # JPEG and PNG, by Pillow
    "jpg": saved(PLAIN, quality=98),
    "jpg-rgb": saved(COLOUR, quality=98),
    "jpg-progressive": saved(PLAIN, quality=98, progressive=True),
    "jpg-cmyk": saved(COLOUR.convert("CMYK"), quality=98),
    "jpg-srgb": saved(COLOUR, quality=98, icc_profile=SRGB),
    "png-rgb": saved(COLOUR),
    "png-palette": saved(PLAIN.convert("P")),
    "png-rgba": saved(COLOUR.convert("RGBA")),
    "png-la": saved(PLAIN.convert("LA")),
    "png-srgb": saved(COLOUR, icc_profile=SRGB),
    "png-damaged-profile": saved(COLOUR, icc_profile=SRGB[:200]),
    "png-animated": saved(PLAIN, save_all=True, append_images=[Image.fromarray(255 - G8)]),
    **{f"jpg-exif-{number}": with_exif(number, quality=98) for number in range(2, 9)},
    **{f"png-exif-{number}": with_exif(number) for number in range(2, 9)},
    # PNG by hand: depths, gamma, a grey profile
    "png-16": lambda path: png(path, of(16)),
    "png-12-of-16": lambda path: png(path, of(12)),
    "png-rgb-16": lambda path: png(path, colours(of(16)), colour=2),
    "png-rgb-12-of-16": lambda path: png(path, colours(of(12)), colour=2),
    "png-la-12-of-16": lambda path: png(path, np.stack([of(12), np.full_like(of(12), 65535)], -1), colour=4),
    "png-rgba-12-of-16": lambda path: png(path, np.dstack([colours(of(12)), np.full_like(of(12), 65535)]), colour=6),
    "png-gamma-1": lambda path: png(path, (G**2.2 * 65535).round(), chunks=[(b"gAMA", struct.pack(">I", 100000))]),
    "png-gamma-of-screens": lambda path: png(path, of(16), chunks=[(b"gAMA", struct.pack(">I", 45455))]),
    "png-linear-profile": lambda path: png(
        path,
        (decoded_srgb(G) * 65535).round(),
        chunks=[(b"iCCP", b"x\0\0" + zlib.compress(linear_profile()))],
    ),
    # TIFF by Pillow: compressions
    **{
        f"tif-{name}": saved(PLAIN, compression=name)
        for name in ("tiff_lzw", "tiff_adobe_deflate", "packbits", "lzma", "zstd", "jpeg")
    },
    "tif-lzw-16": saved(Image.fromarray(of(16)), compression="tiff_lzw"),
    "tif-lzw-float": saved(Image.fromarray(G.astype(np.float32)), compression="tiff_lzw"),
    "tif-lzw-predicted": saved(PLAIN, compression="tiff_lzw", tiffinfo={317: 2}),
    "tif-lzw-rgb-predicted": saved(COLOUR, compression="tiff_lzw", tiffinfo={317: 2}),
    "tif-lzw-16-predicted": saved(Image.fromarray(of(16)), compression="tiff_lzw", tiffinfo={317: 2}),
    "tif-lzw-float-predicted": saved(Image.fromarray(G.astype(np.float32)), compression="tiff_lzw", tiffinfo={317: 3}),
    "tif-jpeg-rgb": saved(COLOUR, compression="jpeg"),
    "tif-cmyk": saved(COLOUR.convert("CMYK")),
    "tif-palette": saved(PLAIN.convert("P")),
    "tif-pages": saved(PLAIN, save_all=True, append_images=[Image.fromarray(255 - G8)]),
    # TIFF by tifffile: number types, layouts
    "tif-tifffile-8": by_tifffile(G8),
    "tif-white-16": by_tifffile(65535 - of(16), photometric="miniswhite"),
    "tif-white-12-of-16": by_tifffile(65535 - of(16), photometric="miniswhite", compression="zlib"),
    "tif-white-float": by_tifffile((1 - G).astype(np.float32), photometric="miniswhite"),
    "tif-white-8": by_tifffile(255 - G8, photometric="miniswhite"),
    "tif-white-tiles": by_tifffile(65535 - of(16), photometric="miniswhite", tile=(32, 32)),
    "tif-white-deflate": by_tifffile(255 - G8, photometric="miniswhite", compression="zlib", predictor=True),
    "tif-white-uint32": by_tifffile(2**32 - 1 - of(32, np.uint32), photometric="miniswhite"),
    **{f"tif-big-endian-{kind}": by_tifffile(of(bits, kind), byteorder=">") for bits, kind in ((16, "u2"), (32, "u4"))},
    "tif-big-endian-float": by_tifffile(G.astype(np.float32), byteorder=">", compression="zlib"),
    "tif-big": by_tifffile(of(16), bigtiff=True),
    "tif-tiles": by_tifffile(of(16), tile=(16, 48)),
    "tif-tiles-deflate": by_tifffile(of(16), tile=(32, 32), compression="zlib", predictor=True),
    "tif-strips": by_tifffile(of(16), rowsperstrip=7),
    "tif-12-of-16": by_tifffile(of(12)),
    "tif-14-of-16": by_tifffile(of(14)),
    "tif-uint32": by_tifffile(of(32, np.uint32)),
    "tif-20-of-32": by_tifffile(of(20, np.uint32)),
    "tif-uint64": by_tifffile((G * 2.0**63).astype(np.uint64) * 2),
    "tif-int8": by_tifffile(of(7, np.int8)),
    "tif-int8-around-0": by_tifffile((G * 255 - 128).round().astype(np.int8)),
    "tif-int16": by_tifffile(of(15, np.int16)),
    "tif-12-of-int16": by_tifffile(of(12, np.int16)),
    "tif-int16-around-0": by_tifffile((G * 65535 - 32768).round().astype(np.int16)),
    "tif-int16-noise-below-0": by_tifffile(np.where(MASK < 1, np.int16(-3), of(12, np.int16))),
    "tif-int32": by_tifffile(of(31, np.int32)),
    "tif-int32-around-0": by_tifffile((G * (2.0**32 - 1) - 2.0**31).astype(np.int32)),
    **{f"tif-{kind}": by_tifffile(G.astype(kind)) for kind in ("float16", "float32", "float64")},
    "tif-float-of-8-bits": by_tifffile((G * 255).astype(np.float32)),
    "tif-float-of-16-bits": by_tifffile((G * 65535).astype(np.float32)),
    "tif-float-of-counts": by_tifffile(of(12).astype(np.float64)),
    "tif-rgb-16": by_tifffile(colours(of(16)), photometric="rgb"),
    "tif-rgb-12-of-16": by_tifffile(colours(of(12)), photometric="rgb"),
    "tif-rgb-float": by_tifffile(colours(G.astype(np.float32)), photometric="rgb"),
    "tif-rgb-planes": by_tifffile(colours(G8).transpose(2, 0, 1), photometric="rgb", planarconfig="separate"),
    "tif-rgb-16-planes": planes(colours(of(16))),
    "tif-rgba-16": by_tifffile(
        np.dstack([colours(of(16)), np.full_like(of(16), 65535)]), photometric="rgb", extrasamples=["unassalpha"]
    ),
    "tif-cmyk-16": by_tifffile(np.dstack([colours(np.zeros_like(of(16))), 65535 - of(16)]), photometric="separated"),
    "tif-smaller-copy-first": lambda path: two_pages(path),
    # TIFF by hand: packed numbers, fill order, what tags say
    **{f"tif-{bits}-bits": by_hand(packed(of(bits), bits), bits=bits) for bits in (10, 12, 14)},
    "tif-white-12-bits": by_hand(packed(4095 - of(12), 12), bits=12, photometric=0),
    "tif-int12": by_hand(packed((of(12, np.int32) - 2048) & 4095, 12), bits=12, t339=2),
    "tif-rgb-12-bits": by_hand(packed(colours(of(12)), 12), bits=12, photometric=2, channels=3),
    "tif-24-bits": by_hand(packed(of(24, np.int64), 24), bits=24),
    "tif-reversed-bits": by_hand(
        np.packbits(np.unpackbits(G8.reshape(-1, 1), axis=1), axis=1, bitorder="little").tobytes(), t266=2
    ),
    "tif-big-by-hand": by_hand(of(16).astype(">u2").tobytes(), bits=16, order=">", big=True),
    "tif-without-length": by_hand(G8.tobytes(), t279=None),
    "tif-without-photometric": by_hand(G8.tobytes(), t262=None),
    "tif-palette-16": by_hand(G8.tobytes(), photometric=3, t320=ramp_palette(8)),
    "tif-palette-of-8-bits": by_hand(G8.tobytes(), photometric=3, t320=ramp_palette(8, 255)),
    "tif-palette-reversed": by_hand((255 - G8).tobytes(), photometric=3, t320=ramp_palette(8)[::-1]),
    "tif-lab": by_hand(
        np.dstack([(LIGHTNESS * 2.55).round(), 0 * G, 0 * G]).astype(np.uint8).tobytes(), photometric=8, channels=3
    ),
    "tif-unspecified-channel": by_hand(np.dstack([G8, G8 // 3]).tobytes(), channels=2, t338=0),
    "tif-linear-profile": by_hand((decoded_srgb(G) * 65535).astype("<u2").tobytes(), bits=16, t34675=linear_profile()),
    "tif-srgb": by_hand(colours(G8).tobytes(), photometric=2, channels=3, t34675=SRGB),
    **{f"tif-orientation-{number}": turned_tiff(number) for number in range(2, 9)},
    "tif-orientation-white-6": turned_tiff(6, photometric=0),
}


def two_pages(path):
    with tifffile.TiffWriter(path) as file:
        file.write(G8[::4, ::4], subfiletype=1, photometric="minisblack")
        file.write(of(16), photometric="minisblack")


def suffix(name):
    return {"jpg": ".jpg", "png": ".png"}.get(name[:3], ".tif")


def stretched(light, path):
    """The light as it is shown: of more than 8 bits, 0.1 % to 99.9 % of it are black to white."""
    if frame_of(path).bit_depth <= 8:
        return light
    low, high = np.percentile(light, (0.1, 99.9))
    return np.clip((light - low) / (high - low), 0, 1)


def wanted(light):
    return np.asarray(Image.fromarray((light * 255).round().astype(np.uint8)).resize((SIDE, SIDE), 2), int)


def test_there_are_many_forms():
    assert len(FORMS) > 100


@pytest.mark.parametrize("name", FORMS)
def test_the_scene_is_the_same_picture_in_every_form(tmp_path, name):
    path = tmp_path / f"a{suffix(name)}"
    FORMS[name](path)
    others = {"tif-orientation-white-6": 1 - G, "tif-int16-noise-below-0": np.where(MASK < 1, 0, G)}
    light = stretched(others.get(name, G), path)
    off = np.abs(grey(path, SIDE) - wanted(light))
    # A float of 16 bits and a gamma curve read from 8-bit steps are off by a level or two, JPEG by more at edges.
    assert off.max() <= (12 if "jp" in name else 3) and off.mean() < 1


@pytest.mark.parametrize(
    ("name", "write"),
    {
        "png-la": lambda path: Image.fromarray(np.dstack([G8, MASK * 255]).astype(np.uint8)).save(path),
        "png-rgba": lambda path: Image.fromarray(np.dstack([colours(G8), MASK * 255]).astype(np.uint8)).save(path),
        "png-la-16": lambda path: png(path, np.dstack([of(16), MASK * 65535]).astype(np.uint16), colour=4),
        "png-rgba-16": lambda path: png(path, np.dstack([colours(of(12)), MASK * 65535]).astype(np.uint16), colour=6),
        "tif-la": by_hand(np.dstack([G8, MASK * 255]).astype(np.uint8).tobytes(), channels=2, t338=2),
        "tif-la-no-tag": by_hand(np.dstack([G8, MASK * 255]).astype(np.uint8).tobytes(), channels=2),
        "tif-la-multiplied": by_hand(np.dstack([G8 * MASK, MASK * 255]).astype(np.uint8).tobytes(), channels=2, t338=1),
        "tif-la-white": by_hand(
            np.dstack([255 - G8, MASK * 255]).astype(np.uint8).tobytes(), channels=2, photometric=0, t338=2
        ),
        "tif-rgba": by_hand(
            np.dstack([colours(G8), MASK * 255]).astype(np.uint8).tobytes(), channels=4, photometric=2, t338=2
        ),
        "tif-rgba-multiplied": by_hand(
            np.dstack([colours(G8 * MASK), MASK * 255]).astype(np.uint8).tobytes(), channels=4, photometric=2, t338=1
        ),
        "tif-rgba-16": by_tifffile(
            np.dstack([colours(of(16)), MASK * 65535]).astype(np.uint16), photometric="rgb", extrasamples=[2]
        ),
        "tif-rgba-float": by_tifffile(
            np.dstack([colours(G), MASK]).astype(np.float32), photometric="rgb", extrasamples=[2]
        ),
    }.items(),
)
def test_transparency_is_shown_over_black_in_every_form(tmp_path, name, write):
    path = tmp_path / f"a{suffix(name)}"
    write(path)
    off = np.abs(grey(path, SIDE) - wanted(stretched(G * MASK, path)))
    assert off.max() <= 3 and off.mean() < 1


TWO = G > 0.4
TRANSPARENT = {1: 1, 2: 3, 4: 15, 8: 255, 16: 65535}


@pytest.mark.parametrize(
    ("depth", "colour"), [*((depth, 0) for depth in TRANSPARENT), (8, 2), (16, 2), (1, 3), (2, 3), (4, 3), (8, 3)]
)
def test_a_transparent_colour_of_a_png_is_black(tmp_path, depth, colour):
    top = TRANSPARENT[depth]
    numbers = np.where(TWO, top, top // 2)
    see_through = struct.pack(">H", top) * (3 if colour == 2 else 1)
    chunks = [(b"tRNS", see_through)]
    if colour == 3:
        levels = bytes(round(level / top * 255) for level in range(top + 1) for _ in range(3))
        chunks = [(b"PLTE", levels), (b"tRNS", bytes([255] * top + [0]))]
    png(tmp_path / "a.png", colours(numbers) if colour == 2 else numbers, depth, colour, chunks)
    light = stretched(np.where(TWO, 0, top // 2 / top), tmp_path / "a.png")
    off = np.abs(grey(tmp_path / "a.png", SIDE) - wanted(light))
    assert off.max() <= 2


@pytest.mark.parametrize(
    "write",
    [
        by_hand(packed(TWO, 1), bits=1),
        by_hand(packed(~TWO, 1), bits=1, photometric=0),
        by_hand(packed(TWO * 3, 2), bits=2),
        by_hand(packed(15 - TWO * 15, 4), bits=4, photometric=0),
        by_hand(packed(TWO * 2, 4), bits=4, photometric=3, t320=[0, 5, 65535, *[9] * 13] * 3),
        saved(Image.fromarray(TWO), compression="group4"),
        saved(Image.fromarray(TWO), compression="tiff_lzw"),
        by_hand(np.where(TWO, np.inf, 0.0).astype("<f4").tobytes(), bits=32, t339=3),
        by_hand(np.where(TWO, 1.0, np.nan).astype("<f4").tobytes(), bits=32, t339=3),
        by_hand(np.where(TWO, 1.0, np.nan).astype("<f8").tobytes(), bits=64, t339=3),
    ],
)
def test_two_levels_are_black_and_white_in_every_form(tmp_path, write):
    write(tmp_path / "a.tif")
    assert np.abs(grey(tmp_path / "a.tif", SIDE) - wanted(TWO.astype(float))).max() <= 1


@pytest.mark.parametrize(("stated", "white"), [(4095, 4095), (65535, 1023)])
def test_a_constant_picture_has_the_brightness_of_the_largest_number_that_the_file_states(tmp_path, stated, white):
    tiff(tmp_path / "a.tif", np.full((HEIGHT, WIDTH), 819, "<u2").tobytes(), bits=16, t281=stated)
    assert np.abs(grey(tmp_path / "a.tif", SIDE) - 819 / white * 255).max() <= 1


@pytest.mark.parametrize(
    ("write", "reason"),
    [
        (by_tifffile(G.astype(np.complex64)), "unsupported type"),
        (by_hand(G8.tobytes(), photometric=32803), "raw colour mosaic"),
        (by_hand(G8.tobytes(), photometric=4), "transparency mask"),
        (by_hand(G8.tobytes(), photometric=77), "interpretation 77"),
        (by_hand(G8.tobytes() * 5, channels=5), "5 channels"),
        (by_hand(G8.tobytes() * 2, channels=2, t258=[8, 16]), "different bits"),
        (by_hand(G8.tobytes(), t259=34713), "compression 34713"),
        (by_hand(G8.tobytes()[:1000]), "truncated"),
        (by_hand(b"", t256=70000, t257=70000), "million pixels"),
        (by_hand(b"12345678", t256=1, t257=8), "1 x 8 pixels"),
        (by_hand(G8.tobytes(), t257=None), "257 is missing"),
        (by_hand(G8.tobytes(), t322=1, t323=1, t324=[0], t325=[0]), "of 4800 strips"),
        (by_hand(np.full_like(G, np.nan).astype("<f4").tobytes(), bits=32, t339=3), "finite number"),
        (lambda path: path.write_bytes(b"II*\0\x08\0\0\0"), "cannot be decoded"),
        (lambda path: path.write_bytes(b"MM\0+\0\x08\0\0" + bytes(8)), "no picture"),
        (lambda path: path.write_bytes(b"II*\0" + bytes(8)), "no picture"),
    ],
)
def test_a_form_that_is_not_read_is_one_sentence(tmp_path, write, reason):
    write(tmp_path / "a.tif")
    with pytest.raises(Unreadable, match=reason) as caught:
        grey(tmp_path / "a.tif", SIDE)
    assert "\n" not in str(caught.value)
