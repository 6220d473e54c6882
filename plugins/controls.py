"""Controls: models that must lose, because they ignore the picture or use features that no network learned.

The oracle stands beside them: it shows how much a column has to win.
"""

from collections.abc import Callable

from bench import ModelSpec, hookimpl
from bench.plugins.mvaema import TUNES


@hookimpl
def register_models(register: Callable[[ModelSpec], None]) -> None:
    """Register the controls."""
    register(
        ModelSpec(
            name="blind",
            label="Blind MVaEMa",
            family="control",
            estimator="bench.models.controls.blind:Blind",
            contracts=("answerer", "classifier", "matcher"),
            tunes=TUNES,
            source="MVaEMa, trained and asked with a constant in the picture's place",
        )
    )
    register(
        ModelSpec(
            name="majority",
            label="Majority answer",
            family="control",
            estimator="bench.models.controls.majority:Majority",
            source="per question, and category when captioned, the training answer that agrees best with the others",
            contracts=("answerer", "classifier"),
            deterministic=True,
        )
    )
    register(
        ModelSpec(
            name="measured",
            label="Image processing",
            family="control",
            estimator="bench.models.controls.measured:Measured",
            trains_on="micrographs",
            source="image processing of scikit-image: threshold, watershed, distance transform; nothing is learned",
            contracts=("answerer",),
            deterministic=True,
        )
    )
    register(
        ModelSpec(
            name="median",
            label="Median",
            family="control",
            estimator="bench.models.controls.median:Median",
            source="the median of every number in training, of the category when captioned",
            contracts=("answerer",),
            deterministic=True,
        )
    )
    register(
        ModelSpec(
            name="oracle",
            label="Oracle",
            family="control",
            contracts=("answerer", "classifier"),
            upper=True,
            source="an upper row: every fact of the reference in other words, every category; answered by the task",
        )
    )
    register(
        ModelSpec(
            name="pixels",
            label="Pixels",
            family="control",
            estimator="bench.models.controls.pixels:Pixels",
            contracts=("classifier",),
            trains_on="micrographs",
            source="logistic regression on 32 x 32 grey pixels; scikit-learn",
            deterministic=True,
        )
    )
    register(
        ModelSpec(
            name="shotgun",
            label="Shotgun",
            family="control",
            estimator="bench.models.controls.shotgun:Shotgun",
            source="to every question the commonest value of every kind of fact, of the category when captioned",
        )
    )
    register(
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
        )
    )
