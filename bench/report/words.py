"""The words of a page and what they mean: those of the glossary, which a test compares."""

WORDS = {
    "control": "a model that must lose: a model that does not beat it has not used the pictures",
    "upper row": "a row whose answers come from the task and state all that is true; it shows how much a column has to "
    "win, and is never ranked",
    "family": "models of one architecture type, such as ConvNets; a block of a table",
    "fold": "one of k disjoint test sets. A model that is tested on a fold was trained on the others; `n` in a table "
    "is the number of folds behind a number",
    "repeat": "the whole measurement again, with other folds and other initial weights",
    "seed": "the training again on the same fold, with other initial weights and another order of the data "
    "(`--seeds`). A config's `seed` is the number from which all random numbers of the run follow",
    "protocol": "what must agree for two rows to share a table: pictures, folds, image size, questions, definitions of "
    "the metrics. Its name is a digest such as `b9de814c`; the first letters suffice",
    "cell": "one model with one seed on one fold of one repeat, under one protocol: the unit that runs, fails and is "
    "stored",
    "stage": "one of the steps that compute a cell: pretrain, train, predict, score. Cells share a stage if everything "
    "that determines it is the same, so MVaEMa is trained once for both tasks",
    "stale": "computed with code that has changed since; marked † in a table",
    "fact": "something known about a picture, such as `shape straight`; an answer states it correctly, incorrectly or "
    "not at all",
    "confidence": "the probability that a model gives its likeliest category",
    "recipe": "how models are trained: epochs or a budget, batch size, learning rate",
}
