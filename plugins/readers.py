"""The formats of picture files that are read."""

from collections.abc import Callable

from bench.specs import Mark, ReaderSpec
from bench.specs.hookspecs import hookimpl

_FORMATS = "bench.data.formats"
_BITMAP = f"{_FORMATS}.bitmaps:read_bitmap"
_MICROSCOPES = "'mvaema-bench[microscopes]'"
_READERS = (
    ReaderSpec(
        name="jpeg",
        label="JPEG",
        suffixes=(".jpg", ".jpeg", ".jpe", ".jfif"),
        marks=(Mark("\xff\xd8\xff"),),
        reads=_BITMAP,
    ),
    ReaderSpec(
        name="png",
        label="PNG",
        suffixes=(".png",),
        marks=(Mark("\x89PNG\r\n\x1a\n"),),
        reads=f"{_FORMATS}.bitmaps:read_png",
    ),
    ReaderSpec(
        name="tiff",
        label="TIFF, with what FEI, Zeiss, Olympus SIS, TVIPS, JEOL, Tescan, Gatan, ImageJ and OME write in it",
        suffixes=(".tif", ".tiff", ".tf8", ".btf"),
        marks=(Mark("II*\0"), Mark("MM\0*"), Mark("II+\0"), Mark("MM\0+")),
        reads=f"{_FORMATS}.tiff:read",
    ),
    ReaderSpec(
        name="bmp",
        label="BMP",
        suffixes=(".bmp",),
        marks=(Mark("BM"),),
        reads=_BITMAP,
    ),
    ReaderSpec(
        name="webp",
        label="WebP",
        suffixes=(".webp",),
        marks=(Mark("WEBP", 8),),
        reads=_BITMAP,
    ),
    ReaderSpec(
        name="gif",
        label="GIF",
        suffixes=(".gif",),
        marks=(Mark("GIF8"),),
        reads=_BITMAP,
    ),
    ReaderSpec(
        name="jpeg2000",
        label="JPEG 2000",
        suffixes=(".jp2",),
        marks=(Mark("jP  \r\n\x87\n", 4),),
        reads=_BITMAP,
    ),
    ReaderSpec(
        name="pnm",
        label="PGM, PPM and PBM",
        suffixes=(".pgm", ".ppm", ".pnm", ".pbm"),
        marks=tuple(Mark(f"P{number}{blank}") for number in range(1, 7) for blank in "\n \r"),
        reads=_BITMAP,
    ),
    ReaderSpec(
        name="mrc",
        label="MRC",
        suffixes=(".mrc", ".mrcs", ".rec", ".ali", ".st"),
        marks=(Mark("MAP ", 208),),
        unmarked=True,
        reads=f"{_FORMATS}.mrc:read",
    ),
    ReaderSpec(
        name="dm",
        label="DigitalMicrograph DM3 and DM4",
        suffixes=(".dm3", ".dm4"),
        marks=(Mark("\0\0\0\3"), Mark("\0\0\0\4")),
        reads=f"{_FORMATS}.dm:read",
    ),
    ReaderSpec(
        name="ser",
        label="SER of TIA",
        suffixes=(".ser",),
        marks=(Mark("II\x97\x01"),),
        reads=f"{_FORMATS}.ser:read",
    ),
    ReaderSpec(
        name="emi",
        label="EMI of TIA, which describes SER files",
        suffixes=(".emi",),
        unmarked=True,
        reads=f"{_FORMATS}.ser:read_emi",
    ),
    ReaderSpec(
        name="emd",
        label="EMD of Velox and of Berkeley, and HDF5 with one picture",
        suffixes=(".emd", ".h5", ".hdf5", ".hdf"),
        marks=(Mark("\x89HDF\r\n\x1a\n"),),
        reads=f"{_FORMATS}.emd:read",
        needs=("h5py",),
        install=_MICROSCOPES,
    ),
)


@hookimpl
def register_readers(register: Callable[[ReaderSpec], None]) -> None:
    """Register the readers of picture files."""
    for reader in _READERS:
        register(reader)
