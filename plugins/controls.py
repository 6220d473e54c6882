"""Controls: models that must lose, because they ignore the picture or use features that no network learned.

The oracle stands beside them: it shows how much a column has to win.
"""

from collections.abc import Callable

from bench import ModelSpec, hookimpl
from bench.plugins.mvaema import TUNES

ROWS = (
    ModelSpec(
        name="blind",
        label="Blind MVaEMa",
        family="control",
        estimator="bench.models.controls.blind:Blind",
        contracts=("answerer", "classifier", "matcher"),
        tunes=TUNES,
        source="MVaEMa, trained and asked with a constant in the picture's place",
    ),
    ModelSpec(
        name="longest",
        label="Longest option",
        family="control",
        estimator="bench.models.controls.longest:Longest",
        contracts=("chooser",),
        trains_on="micrographs",
        source="the option of the most letters: what the wording of the options gives away",
        needs_training=False,
        deterministic=True,
    ),
    ModelSpec(
        name="majority",
        label="Majority answer",
        family="control",
        estimator="bench.models.controls.majority:Majority",
        source="per question, and category when captioned, the training answer that agrees best with the others",
        contracts=("answerer", "classifier"),
        needs_training=False,
        deterministic=True,
    ),
    ModelSpec(
        name="measured",
        label="Image processing",
        family="control",
        estimator="bench.models.controls.measured:Measured",
        trains_on="micrographs",
        source="image processing of scikit-image: threshold, watershed, distance transform; nothing is learned",
        contracts=("answerer",),
        needs_training=False,
        deterministic=True,
    ),
    ModelSpec(
        name="median",
        label="Median",
        family="control",
        estimator="bench.models.controls.median:Median",
        source="the median of every number in training, of the category when captioned",
        contracts=("answerer",),
        deterministic=True,
    ),
    ModelSpec(
        name="oracle",
        label="Oracle",
        family="control",
        contracts=("answerer", "classifier"),
        upper=True,
        deterministic=True,
        source="an upper row: every fact of the reference in other words, every category; answered by the task",
    ),
    ModelSpec(
        name="pixels",
        label="Pixels",
        family="control",
        estimator="bench.models.controls.pixels:Pixels",
        contracts=("classifier",),
        trains_on="micrographs",
        source="logistic regression on 32 x 32 grey pixels; scikit-learn",
        deterministic=True,
    ),
    ModelSpec(
        name="shotgun",
        label="Shotgun",
        family="control",
        estimator="bench.models.controls.shotgun:Shotgun",
        source="to every question the commonest value of every kind of fact, of the category when captioned",
        deterministic=True,
    ),
    ModelSpec(
        name="spectrum",
        label="Spectrum",
        family="control",
        estimator="bench.models.controls.spectrum:Spectrum",
        contracts=("classifier",),
        trains_on="micrographs",
        defaults={"l2": 0.03},
        deterministic=True,
        source="logistic regression on the power spectrum in 24 rings x 6 sectors, its spread over the sectors, "
        "histograms of grey level and of local deviation; scikit-learn, scipy",
    ),
)


@hookimpl
def register_models(register: Callable[[ModelSpec], None]) -> None:
    """Register the controls."""
    for row in ROWS:
        register(row)
