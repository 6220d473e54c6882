import hashlib

from bench.store.fingerprint import difference, digest, file_digest


def test_the_order_of_keys_decides_nothing_and_that_of_lists_does():
    assert digest({"a": 1, "b": {"c": 2, "d": 3}}) == digest({"b": {"d": 3, "c": 2}, "a": 1})
    assert digest([1, 2]) != digest([2, 1])


def test_each_value_decides():
    assert len({digest(clear) for clear in ({}, {"a": 1}, {"a": 2}, {"b": 1}, {"a": "1"}, {"a": None})}) == 6


def test_the_digest_is_one_that_stores_know():
    known = "23243d08a732cd00f25c4976e435e7bf3fc48e593354f78f6336f68132e085b1"
    assert digest({"b": (1, 2.5), "a": "\N{GREEK SMALL LETTER MU}m", "c": None}) == known


def test_the_digest_of_a_file_is_that_of_its_bytes(tmp_path):
    (tmp_path / "file").write_bytes(b"\0\xff\n")
    assert file_digest(tmp_path / "file") == hashlib.sha256(b"\0\xff\n").hexdigest()


def test_inputs_that_differ_are_named_with_their_path_and_both_values():
    old = {"same": [1], "seed": 1, "recipe": {"epochs": 2, "rate": 0.1}, "gone": "a"}
    new = {"same": (1,), "seed": 2, "recipe": {"epochs": 3, "rate": 0.1}, "new": {"a": 1}}
    assert difference(old, new) == [
        'gone: "a" -> null',
        'new: null -> {"a": 1}',
        "recipe.epochs: 2 -> 3",
        "seed: 1 -> 2",
    ]
    assert difference({"a": {"b": 1}}, {"a": 1}) == ['a: {"b": 1} -> 1']


def test_of_a_long_value_the_beginning_is_named():
    whole, long = "x" * 58, "\N{GREEK SMALL LETTER MU}" * 59
    assert difference({"a": whole}, {"a": long}) == [f'a: "{whole}" -> "{long[:56]}...']
