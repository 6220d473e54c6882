import pytest

from bench.errors import BenchError
from bench.store.code_digest import _read, closure, code_digests


@pytest.fixture
def package(tmp_path, monkeypatch):
    """A package on the path: write(name, source) puts a module into it and forgets what was read before."""
    (tmp_path / "sample").mkdir()
    monkeypatch.syspath_prepend(str(tmp_path))

    def write(name, source):
        (tmp_path / "sample" / f"{name}.py").write_text(source)
        closure.cache_clear()
        _read.cache_clear()

    write("__init__", "")
    write("entry", "from sample import part\nfrom sample.other import thing\n")
    write("part", "VALUE = 1\n")
    write("other", "def thing():\n    '''Says.'''\n    return 1\n")
    return write


def test_a_change_in_what_is_imported_changes_the_digest(package):
    before = code_digests("sample.entry")
    package("part", "VALUE = 2\n")
    assert code_digests("sample.entry") != before


@pytest.mark.parametrize(
    "source",
    ["def thing():\n    return 1\n", "# why\ndef thing():\n\n    '''Tells more.'''\n    return (1)\n"],
    ids=["docstring removed", "comment, layout, docstring"],
)
def test_words_for_readers_do_not_change_the_digest(package, source):
    before = code_digests("sample.entry")
    package("other", source)
    assert code_digests("sample.entry") == before


def test_imports_for_type_checkers_do_not_count(package):
    package("entry", "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from sample.other import thing\n")
    assert set(closure("sample.entry")) == {"sample.entry"}


def test_relative_imports_count(package):
    package("entry", "from . import part\nfrom .other import thing\n")
    assert {"sample.entry", "sample.part", "sample.other"} <= set(closure("sample.entry"))


def test_nothing_is_imported(package):
    package("entry", "raise SystemExit('imported')\n")
    assert code_digests("sample.entry")


def test_what_shows_or_keeps_results_is_left_out():
    names = closure("bench.running.runner")
    assert "bench.data.splits" in names
    assert not any(name.startswith(("bench.cli", "bench.tables", "bench.store", "bench.launch")) for name in names)


def test_a_module_without_source_is_an_error(package):
    with pytest.raises(BenchError, match="sample.nothing"):
        code_digests("sample.nothing")
