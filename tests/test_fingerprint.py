from bench.store.fingerprint import digest


def test_the_order_of_keys_decides_nothing_and_that_of_lists_does():
    assert digest({"a": 1, "b": {"c": 2, "d": 3}}) == digest({"b": {"d": 3, "c": 2}, "a": 1})
    assert digest([1, 2]) != digest([2, 1])


def test_each_value_decides():
    assert len({digest(clear) for clear in ({}, {"a": 1}, {"a": 2}, {"b": 1}, {"a": "1"}, {"a": None})}) == 6
