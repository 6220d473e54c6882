"""Of a class counts what some methods need: an edit elsewhere changes nothing; what cannot be followed is whole."""

import pytest

from bench.store.code_digest import Methods, _read, closure, code_digests

POSES = Methods("sample.entry:Task", ("pose",))
SOURCE = """
from sample.asking import order
from sample.judging import metric, weight

SEED = 3
SHARE = weight


class Task:
    name = "task"

    def __init__(self, size=1):
        self.size = size

    def pose(self, test):
        return order(self._some(test))

    def score(self, given):
        return SHARE * metric(given, self._mean(given)) + _last(given)

    def _some(self, test):
        return first(test)[: self.size]

    def _mean(self, given):
        return sum(given)


def first(test):
    return test[SEED:]


def _last(given):
    return given[-1]
"""


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
    write("asking", "def order(test):\n    return sorted(test)\n")
    write("judging", "weight = 2\n\ndef metric(given, mean):\n    return len(given) - mean\n")
    write("entry", SOURCE)
    return write


def changed(package, old, new, module="entry", source=SOURCE, methods=POSES):
    """Tell whether another text of a module changes what the methods' code is."""
    assert source.count(old) == 1
    package(module, source)
    before = code_digests(methods)
    package(module, source.replace(old, new))
    return code_digests(methods) != before


NEEDED = {
    "the method": ("order(self._some(test))", "self._some(test)"),
    "a method that it calls": ("first(test)[: self.size]", "first(test)"),
    "a function behind that": ("test[SEED:]", "test[:SEED]"),
    "a constant behind that": ("SEED = 3", "SEED = 4"),
    "the constructor": ("self.size = size", "self.size = 2 * size"),
    "an attribute of the class": ('name = "task"', 'name = "another"'),
    "what is run on import": ("def first(test):", "print(SHARE)\n\ndef first(test):"),
}
LEFT_OUT = {
    "a method that it does not call": ("sum(given)", "max(given)"),
    "the other method": ("+ _last(given)", ""),
    "a function of the other method": ("given[-1]", "given[0]"),
    "a constant of the other method": ("SHARE = weight", "SHARE = 2"),
    "a new function": ("def first", "def second():\n    return 2\n\n\ndef first"),
    "a docstring": ("    def pose(self, test):\n", '    def pose(self, test):\n        """Say."""\n'),
}


@pytest.mark.parametrize(("old", "new"), NEEDED.values(), ids=NEEDED)
def test_what_a_method_needs_counts(package, old, new):
    assert changed(package, old, new)


@pytest.mark.parametrize(("old", "new"), LEFT_OUT.values(), ids=LEFT_OUT)
def test_what_it_does_not_need_does_not_count(package, old, new):
    assert not changed(package, old, new)


def test_only_the_modules_that_a_method_needs_are_followed(package):
    assert set(closure(POSES)) == {"sample.entry", "sample.asking"}
    assert set(closure("sample.entry")) == {"sample.entry", "sample.asking", "sample.judging"}


UNCLEAR = {
    "it hands its object on": ("order(self._some(test))", "order(self)"),
    "it looks a method up": ("order(self._some(test))", "getattr(self, 'score')(test)"),
    "it looks into its object": ("order(self._some(test))", "self.__class__.score(self, test)"),
    "it reads the module's names": ("order(self._some(test))", "globals()['_last'](test)"),
    "it makes another object": ("order(self._some(test))", "order(Task(2))"),
    "the class is decorated": ("class Task:", "@order\nclass Task:"),
    "the class has a base of somebody else's": (
        "class Task:",
        "from json import JSONDecoder\n\nclass Task(JSONDecoder):",
    ),
    "the class has a metaclass": ("class Task:", "class Task(metaclass=order):"),
    "the module changes the class": ("def first", "Task.pose = Task.score\n\n\ndef first"),
}


@pytest.mark.parametrize(("old", "new"), UNCLEAR.values(), ids=UNCLEAR)
def test_what_cannot_be_followed_is_taken_whole(package, old, new):
    assert SOURCE.count(old) == 1
    assert changed(package, "given[-1]", "given[0]", source=SOURCE.replace(old, new))


def test_a_method_with_an_unknown_decorator_counts(package):
    source = SOURCE.replace("    def score", "    @order\n    def score")
    assert changed(package, "+ _last(given)", "", source=source)


CHILD = """
from sample.entry import Task


class Child(Task):
    def score(self, given):
        return self._mean(given)

    def _some(self, test):
        return super()._some(test)[1:]
"""


def test_of_its_bases_what_the_methods_need_counts(package):
    child = Methods("sample.child:Child", ("pose",))
    package("child", CHILD)
    assert set(closure(child)) == {"sample.child", "sample.entry", "sample.asking"}
    assert not changed(package, "given[-1]", "given[0]", methods=child)
    assert changed(package, "test[SEED:]", "test[:SEED]", methods=child)
    package("entry", SOURCE)
    assert changed(package, "(test)[1:]", "(test)[2:]", "child", CHILD, child)
    assert not changed(package, "self._mean(given)", "2", "child", CHILD, child)


def test_a_module_that_another_imports_is_whole(package):
    package("asking", "def order(test):\n    from sample.entry import first\n    return first(test)\n")
    assert changed(package, "given[-1]", "given[0]")


def test_methods_beside_their_whole_module_are_whole(package):
    assert code_digests(POSES, "sample.entry") == code_digests("sample.entry")
    package("entry", SOURCE)
    both = code_digests(POSES, Methods("sample.entry:Task", ("score",)))
    assert both == code_digests("sample.entry")
