"""Small files as instruments write them: one picture of counts, with a pixel of 2.5 nm unless a test says otherwise."""

import struct

import numpy as np
import tifffile

HEIGHT, WIDTH, NM = 24, 32, 2.5
COUNTS = (7000 + 40 * np.mgrid[:HEIGHT, :WIDTH][1] + 9 * np.mgrid[:HEIGHT, :WIDTH][0] ** 2 % 911).astype(np.uint16)
"""A picture that uses a small part of its 16 bits, other in every orientation."""


def tagged(*tags, numbers=COUNTS, **options):
    """A TIFF with tags of (code, tifffile's type, value)."""
    extra = [(code, kind, 0 if kind in "sB" else 1, value, True) for code, kind, value in tags]
    options = {"photometric": "minisblack", "metadata": None, **options}
    return lambda path: tifffile.imwrite(path, numbers, extratags=extra, **options)


def described(text, suffix, numbers=COUNTS):
    """A TIFF without tags, and a text beside it: ``suffix`` replaces its own."""

    def write(path):
        tifffile.imwrite(path, numbers, photometric="minisblack", metadata=None)
        path.with_name(f"{path.stem}{suffix}").write_bytes(text.encode("latin-1"))

    return write


FEI = "[User]\r\nDate=06/13/2016\r\n[Beam]\r\nHV=5000\r\n[Scan]\r\nPixelWidth={0}\r\nPixelHeight={1}\r\n"
ZEISS = (
    "AP_PIXEL_SIZE\r\nPixel Size = 5.0 nm\r\nAP_IMAGE_PIXEL_SIZE\r\nImage Pixel Size = {0}\r\n"
    "AP_MAG\r\nMag = 10.00 K X\r\nAP_ACTUALKV\r\nEHT = 5.00 kV\r\n"
)
HITACHI = "[SemImageFile]\r\nInstructName=SU8000\r\nPixelSize={0}\r\nMagnification=50000\r\n"
TESCAN = "[MAIN]\r\nDevice=MIRA3\r\n[SEM]\r\nPixelSizeX={0}\r\nPixelSizeY={0}\r\nHV=10000.0\r\n"
JEOL_SEM = "$CM_INSTRUMENT JSM-7500F\r\n$CM_MAG 50000\r\n$$SM_MICRON_BAR 80\r\n$$SM_MICRON_MARKER 200nm\r\n"
JEOL_TEM = (
    "<?xml version='1.0'?><TemReporter><Instruments>JEM</Instruments><SelectorValue>10000</SelectorValue>"
    "<SelectorUnitString>{0}</SelectorUnitString></TemReporter>"
)
OME = '<OME><Image><Pixels PhysicalSizeX="0.0025" PhysicalSizeY="0.0025" PhysicalSizeXUnit="µm" /></Image></OME>'


def sis(path):
    """Olympus SIS: a coloured thumbnail first, then the picture, with a record of its scale behind the pages."""
    with tifffile.TiffWriter(path) as file:
        file.write(np.zeros((HEIGHT, WIDTH, 3), np.uint8), photometric="rgb", metadata=None)
        record = struct.pack("<4s6xhhhhh6x32sH", b"SIS0", 0, 0, 1, 1, 118, b"", 1) + struct.pack("<hhI", 1, 1, 0)
        file.write(COUNTS, photometric="minisblack", metadata=None, extratags=[(33560, "B", 0, record, True)])
    data = bytearray(path.read_bytes())
    place = data.index(b"SIS0") + 60 + 4
    data[place : place + 4] = struct.pack("<I", len(data))
    path.write_bytes(data + struct.pack("<10xhdd8xd2x34s32s", -9, NM, NM, 1000.0, b"Quemesa", b""))


def tvips(path):
    old, new = (np.zeros(1, form) for form in (tifffile.TIFF.TVIPS_HEADER_V1, tifffile.TIFF.TVIPS_HEADER_V2))
    old["Version"], new["PixelSizeX"], new["PixelSizeY"], new["Magic"] = 2, NM, NM, 0xAAAAAAAA
    tagged((37706, "B", old.tobytes() + new.tobytes()))(path)


def dm_tag(version, name, *parts):
    """A tag of data: its types as numbers, then its bytes."""
    wide = ">q" if version == 4 else ">i"
    types, data = parts
    body = b"%%%%" + struct.pack(wide, len(types)) + b"".join(struct.pack(wide, each) for each in types) + data
    return _entry(version, 21, name, body)


def dm_group(version, name, *entries):
    return _entry(version, 20, name, _content(version, entries))


def _content(version, entries):
    return struct.pack(">BB", 1, 0) + struct.pack(">q" if version == 4 else ">i", len(entries)) + b"".join(entries)


def _entry(version, kind, name, body):
    size = struct.pack(">q", len(body)) if version == 4 else b""
    return struct.pack(">BH", kind, len(name)) + name.encode() + size + body


def dm(version=3, numbers=COUNTS, code=10, scale=(NM, NM), unit="nm"):
    """DigitalMicrograph: a thumbnail, then the picture; numbers of ``code``, sides of a pixel in a unit."""

    def image(array, kind, data_code):
        def number(name, value):
            return dm_tag(version, name, [5], struct.pack("<I", value))

        def real(name, value):
            return dm_tag(version, name, [6], struct.pack("<f", value))

        text = unit.encode("utf-16-le")
        axes = [
            dm_group(version, "", real("Scale", side), dm_tag(version, "Units", [20, 4, len(unit)], text))
            for side in (*scale, 1.0)[: array.ndim]
        ]
        return dm_group(
            version,
            "",
            dm_group(
                version,
                "ImageData",
                dm_group(version, "Calibrations", dm_group(version, "Dimension", *axes)),
                dm_tag(version, "Data", [20, kind, array.size], array.astype(array.dtype.newbyteorder("<")).tobytes()),
                number("DataType", data_code),
                dm_group(version, "Dimensions", *(number("", side) for side in array.shape[::-1])),
            ),
        )

    kinds = {"u2": 4, "i2": 2, "f4": 6, "i4": 3, "u1": 10, "u4": 5}
    root = _content(
        version,
        [
            dm_group(version, "ImageList", image(np.zeros((4, 4), np.uint8), 10, 6),
                     image(numbers, kinds[numbers.dtype.str[1:]], code)),
            dm_group(version, "ImageSourceList",
                     dm_group(version, "", dm_tag(version, "ImageRef", [5], struct.pack("<I", 1)))),
        ],
    )  # fmt: skip
    head = struct.pack(">i", version) + struct.pack(">q" if version == 4 else ">i", len(root)) + struct.pack(">i", 1)
    return lambda path: path.write_bytes(head + root + bytes(8))


def ser(version=0x220, frames=1, kind=0x4122, metres=NM * 1e-9, shape=COUNTS.shape):
    form = "<q" if version >= 0x220 else "<i"

    def write(path):
        wide = struct.calcsize(form)
        start = 22 + wide + 4 + 2 * wide * frames
        head = struct.pack("<HHHIIii", 0x4949, 0x0197, version, kind, 0x4152, frames, frames)
        head += struct.pack(form, 22 + wide + 4) + struct.pack("<i", 0)
        frame = struct.pack("<ddiddihii", 0, metres, 0, 0, metres, 0, 2, shape[1], shape[0]) + COUNTS[::-1].tobytes()
        places = [struct.pack(form, start + number * len(frame)) for number in range(frames)]
        path.write_bytes(head + b"".join(places) + bytes(wide * frames) + frame * frames)

    return write


def mrc(frames=1, mode=6, order="<", extra=0, sizes=(WIDTH, HEIGHT), angstroms=NM * 10, mark=b"MAP "):
    def write(path):
        head = bytearray(1024)
        head[:16] = struct.pack(f"{order}4i", *sizes, frames, mode)
        head[28:40] = struct.pack(f"{order}3i", WIDTH, HEIGHT, frames)
        head[40:52] = struct.pack(f"{order}3f", angstroms * WIDTH, angstroms * HEIGHT, frames)
        head[92:96] = struct.pack(f"{order}i", extra)
        head[208:212] = mark
        data = COUNTS.astype(f"{order}u2").tobytes()
        path.write_bytes(bytes(head) + bytes(extra) + data * frames)

    return write


def velox(frames=1, unit="m", size=NM * 1e-9, stated=None):
    def write(path):
        import json

        import h5py

        metadata = {"BinaryResult": {"PixelSize": {"width": str(size), "height": str(size)}, "PixelUnitX": unit}}
        with h5py.File(path, "w") as file:
            file["Version"] = "1.0"
            image = file.create_group("Data/Image/0123")
            image["Data"] = np.stack([COUNTS] * frames, -1)
            data = np.frombuffer(json.dumps(stated or metadata).encode().ljust(500, b"\0"), np.uint8)
            image["Metadata"] = np.stack([data] * frames, -1)

    return write


def berkeley(frames=1, unit="[n_m]"):
    def write(path):
        import h5py

        with h5py.File(path, "w") as file:
            group = file.create_group("data/picture")
            group.attrs["emd_group_type"] = 1
            group["data"] = COUNTS if frames == 1 else np.stack([COUNTS] * frames)
            for number, side in enumerate(group["data"].shape, start=1):
                axis = group.create_dataset(f"dim{number}", data=np.arange(side) * NM)
                axis.attrs["units"] = unit if number > group["data"].ndim - 2 else ""

    return write


def hdf5(*shapes):
    def write(path):
        import h5py

        with h5py.File(path, "w") as file:
            for number, shape in enumerate(shapes):
                file[f"a/{number}"] = np.resize(COUNTS, shape)

    return write


RESOLUTION = {"resolution": (1e7 / NM, 1e7 / NM), "resolutionunit": "CENTIMETER"}
PICTURES = {
    "fei.tif": tagged((34682, "s", FEI.format(NM * 1e-9, NM * 1e-9))),
    "zeiss.tif": tagged((34118, "s", ZEISS.format("2.5 nm"))),
    "zeiss-micrometres.tif": tagged((34118, "s", ZEISS.format("0.0025 um"))),
    "sis.tif": sis,
    "tvips.tif": tvips,
    "jeol.tif": tagged((270, "s", JEOL_TEM.format("X")), resolution=(1e3 / NM, 1e3 / NM), resolutionunit="CENTIMETER"),
    "jeol-sem.tif": described(JEOL_SEM, ".txt"),
    "hitachi.tif": described(HITACHI.format("2.500000"), ".txt"),
    "tescan.tif": described(TESCAN.format("2.5E-9"), ".hdr"),
    "tescan-2.tif": described(TESCAN.format("2.5E-9"), "-tif.hdr"),
    "tescan-tag.tif": tagged((50431, "B", b"\0\1\2\0" + TESCAN.format("2.5E-9").encode())),
    "gatan.tif": tagged((65003, "s", "nm"), (65004, "s", "nm"), (65009, "d", NM), (65010, "d", NM)),
    "imagej.tif": lambda path: tifffile.imwrite(
        path, COUNTS, imagej=True, resolution=(1 / NM, 1 / NM), metadata={"unit": "nm"}
    ),
    "ome.tif": tagged((270, "s", OME.encode())),
    "resolution.tif": tagged(**RESOLUTION),
    "big.tif": tagged(**RESOLUTION, bigtiff=True),
    "tiles.tif": tagged(**RESOLUTION, tile=(16, 16)),
    "float.tif": tagged(**RESOLUTION, numbers=COUNTS.astype(np.float32)),
    "signed.tif": tagged(**RESOLUTION, numbers=COUNTS.astype(np.int32) - 7000),
    "a.dm3": dm(3),
    "signed.dm3": dm(3, COUNTS.astype(np.int32) - 7000, 7),
    "micrometres.dm4": dm(4, COUNTS.astype(np.float32), 2, (0.0025, 0.0025), "µm"),
    "a.ser": ser(),
    "old.ser": ser(0x210),
    "a.mrc": mrc(),
    "big-endian.mrc": mrc(order=">"),
    "before-2014.mrc": mrc(mark=bytes(4), extra=128),
    "velox.emd": velox(),
    "berkeley.emd": berkeley(),
}
"""A picture of each kind of file, whose pixels are of 2.5 nm."""
