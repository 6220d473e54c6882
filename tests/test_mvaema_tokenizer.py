"""The WordPiece vocabulary: lossless, repeatable, and made of the training text alone."""

import pytest

from bench.models.mvaema.tokenizer import CLS, SPECIAL, UNKNOWN, TextTokenizer

TEXTS = [
    "The well-ordered particles (spherical) are fused; they don't touch.",
    "Their size is 3.5 µm, roughly. The fibres are woven.",
    "Two phases: bright inclusions on a dark background.",
]


@pytest.fixture
def tokenizer():
    return TextTokenizer.trained(TEXTS, 300)


@pytest.mark.parametrize("text", [*TEXTS, "fused fibres, woven", "are are are", ""])
def test_text_comes_back_as_it_was(tokenizer, text):
    assert tokenizer.decode(tokenizer.encode([text])) == [text]


def test_runs_of_white_space_are_one_space(tokenizer):
    assert tokenizer.decode(tokenizer.encode(["  the\n fibres  "])) == ["the fibres"]


def test_frequent_words_are_one_token_and_punctuation_its_own(tokenizer):
    tokenizer = TextTokenizer.trained(TEXTS * 3, 1000)
    assert len(tokenizer.encode(["The fibres are fused."])[0]) == 5


def test_special_tokens_are_not_read_from_text_nor_written(tokenizer):
    tokenizer = TextTokenizer.trained([*TEXTS, "[CLS] is written out"], 300)
    ids = tokenizer.encode(["[CLS]"])[0]
    assert CLS not in ids
    assert tokenizer.decode([[*ids, CLS]]) == ["[CLS]"]


def test_a_letter_never_seen_is_unknown(tokenizer):
    assert tokenizer.encode(["日"]) == [[UNKNOWN]]


def test_the_vocabulary_has_the_size_asked_for_at_most(tokenizer):
    assert len(TextTokenizer.trained(TEXTS * 5, 120)) == 120
    assert len(TextTokenizer.trained(["a b"], 120)) < 20 + len(SPECIAL)


def test_every_training_gives_the_same_vocabulary(tokenizer):
    ids = tokenizer.encode(["particles of an unseen orderedness"])
    assert all(
        TextTokenizer.trained(TEXTS, 300).encode(["particles of an unseen orderedness"]) == ids for _ in range(9)
    )


def test_a_saved_tokenizer_reads_the_same(tokenizer, tmp_path):
    tokenizer.save(tmp_path / "tokenizer.json")
    again = TextTokenizer.load(tmp_path / "tokenizer.json")
    assert again.encode(TEXTS) == tokenizer.encode(TEXTS)
    assert again.encode(["[EOS]"]) == tokenizer.encode(["[EOS]"])
