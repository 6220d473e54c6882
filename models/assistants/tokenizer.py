"""The tokenizers of an assistant built from scratch."""

from collections import Counter
from collections.abc import Iterable

from tokenizers import Tokenizer, decoders, models, normalizers, pre_tokenizers, processors, trainers
from transformers import PreTrainedTokenizerFast

PAD, BEGIN, END, IMAGE = range(4)
"""Ids of the decoder's special tokens."""
IMAGE_TOKEN = "<image>"
_SPECIAL = {"pad_token": "<pad>", "bos_token": "<s>", "eos_token": "</s>"}
_READER_SPECIAL = {"pad_token": "[PAD]", "unk_token": "[UNK]", "cls_token": "[CLS]", "sep_token": "[SEP]"}
READER_LONGEST = 512
"""Tokens that a Q-Former reads at most."""


def train_tokenizer(texts: Iterable[str], vocabulary_size: int) -> PreTrainedTokenizerFast:
    """Train a decoder's byte-level BPE on texts; the image's token is a special one from the start."""
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=vocabulary_size,
        special_tokens=[*_SPECIAL.values(), IMAGE_TOKEN],
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    tokenizer.train_from_iterator(texts, trainer)
    return PreTrainedTokenizerFast(tokenizer_object=tokenizer, **_SPECIAL)


def train_reader(texts: Iterable[str], vocabulary_size: int) -> PreTrainedTokenizerFast:
    """Make a Q-Former's WordPiece of texts, as BERT's is: without upper case, between [CLS] and [SEP].

    Its pieces are all characters and the most frequent words: the library's own trainer numbers pieces in an order that
    changes from call to call, and with it a training from the same seed.
    """
    normalizer, splitter = normalizers.BertNormalizer(lowercase=True), pre_tokenizers.BertPreTokenizer()
    words = Counter(word for text in texts for word, _ in splitter.pre_tokenize_str(normalizer.normalize_str(text)))
    characters = sorted({character for word in words for character in word})
    frequent = sorted(words, key=lambda word: (-words[word], word))
    special = list(_READER_SPECIAL.values())
    pieces = dict.fromkeys([*special, *characters, *(f"##{character}" for character in characters), *frequent])
    vocabulary = {piece: number for number, piece in enumerate(list(pieces)[:vocabulary_size])}
    tokenizer = Tokenizer(models.WordPiece(vocabulary, unk_token="[UNK]"))
    tokenizer.normalizer, tokenizer.pre_tokenizer = normalizer, splitter
    tokenizer.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]", special_tokens=[(token, vocabulary[token]) for token in ("[CLS]", "[SEP]")]
    )
    return PreTrainedTokenizerFast(tokenizer_object=tokenizer, model_max_length=READER_LONGEST, **_READER_SPECIAL)
