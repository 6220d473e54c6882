"""The editions of the SEM dataset, as Aversa et al. published them (Scientific Data 5:180172, 2018)."""

from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from bench.store.cache import cache_folder

FOLDERS: Mapping[str, str] = {
    "Porous_Sponge": "porous_sponge",
    "Patterned_surface": "patterned_surface",
    "Particles": "particles",
    "Films_Coated_Surface": "films_coated_surface",
    "Powder": "powder",
    "Tips": "tips",
    "Nanowires": "nanowires",
    "Biological": "biological",
    "MEMS_devices_and_electrodes": "mems_devices_electrodes",
    "Fibres": "fibres",
}
"""Published folder to category; the files of folder n of this order are called ``L<n>_<32 hex>.jpg``."""


class Edition(NamedTuple):
    """One B2SHARE record and its published number of pictures."""

    record: str
    pictures: int

    @property
    def doi(self) -> str:
        """The record's digital object identifier."""
        return f"10.23728/b2share.{self.record}"


EDITIONS: Mapping[str, Edition] = {
    "sem": Edition("19cc2afd23e34b92b36a1dfd0113a89f", 18_577),
    "majority": Edition("72758204db9044ab8b3e6b6c4d2eb576", 21_272),
    "all": Edition("80df8606fcdb4b2bae1656f0dc6db8ba", 21_169),
}


def home(edition: str) -> Path:
    """Return the cache folder of an edition."""
    return cache_folder() / "sem" / edition
