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


def test_a_digest_is_sixteen_hexadecimal_digits_for_every_module(package):
    digests = code_digests("sample.entry")
    assert set(digests) == {"sample", "sample.entry", "sample.part", "sample.other"}
    assert all(len(digest) == 16 and int(digest, 16) >= 0 for digest in digests.values())


def test_imports_from_packages_above_count_from_a_module_and_from_a_package(package, tmp_path):
    (tmp_path / "sample" / "inner").mkdir()
    package("inner/__init__", "from ..part import VALUE\n")
    package("inner/deep", "from ..other import thing\nfrom . import near\n")
    package("inner/near", "")
    assert set(closure("sample.inner")) == {"sample.inner", "sample.part"}
    inner = {"sample.inner", "sample.inner.deep", "sample.inner.near"}
    assert set(closure("sample.inner.deep")) == inner | {"sample.part", "sample.other"}


@pytest.mark.parametrize(
    "source",
    [
        "import sample.part as p, json\n",
        "def late():\n    from sample.part import VALUE\n",
        "import typing\nif typing.TYPE_CHECKING:\n    import sample.other\nelse:\n    import sample.part\n",
        "if True:\n    import sample.part\n",
    ],
)
def test_what_runs_is_followed_wherever_it_stands(package, source):
    package("entry", source)
    assert set(closure("sample.entry")) - {"sample"} == {"sample.entry", "sample.part"}


def test_a_file_beside_a_module_that_a_text_in_it_names_counts(package, tmp_path):
    (tmp_path / "sample" / "words.txt").write_text("a")
    (tmp_path / "sample" / "unnamed.txt").write_text("a")
    package("part", "VALUE = open('words.txt'), 'loose.py', 1\n")
    package("loose", "VALUE = 1\n")
    before = code_digests("sample.entry")
    (tmp_path / "sample" / "unnamed.txt").write_text("b")
    package("loose", "VALUE = 2\n")
    assert code_digests("sample.entry") == before
    (tmp_path / "sample" / "words.txt").write_text("b")
    package("part", "VALUE = open('words.txt'), 'loose.py', 1\n")
    after = code_digests("sample.entry")
    assert {name for name in after if after[name] != before[name]} == {"sample.part"}


def test_a_circle_of_imports_ends(package):
    package("part", "from sample.entry import part\n")
    assert set(closure("sample.entry")) == {"sample", "sample.entry", "sample.part", "sample.other"}


def test_a_module_that_would_be_left_out_counts_where_it_is_the_entry():
    assert set(code_digests("bench.errors")) == {"bench.errors"}
    assert "bench.store.cache" in closure("bench.store.cache") and "bench" not in closure("bench.store.cache")


def test_code_that_does_not_parse_is_named(package):
    package("part", "def\n")
    with pytest.raises(BenchError, match=r"part\.py does not parse"):
        code_digests("sample.entry")


@pytest.mark.parametrize("source", ["def thing():\n    '''Says.'''\n", "def thing():\n    pass\n"])
def test_a_body_of_a_docstring_alone_is_an_empty_one(package, source):
    package("other", "def thing():\n    'More.'\n")
    before = code_digests("sample.entry")
    package("other", source)
    assert code_digests("sample.entry") == before


@pytest.mark.parametrize(
    "source", ["def thing():\n    1\n    return 1\n", "def thing():\n    print('x')\n    return 1\n"]
)
def test_other_lines_without_effect_on_imports_count(package, source):
    before = code_digests("sample.entry")
    package("other", source)
    assert code_digests("sample.entry") != before
