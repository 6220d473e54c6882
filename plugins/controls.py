"""Controls: models that must lose, because they ignore the picture or use features that no network learned."""

from collections.abc import Callable

from bench import ModelSpec, hookimpl


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
            source="MVaEMa, trained and asked with a constant in the picture's place",
        )
    )
    register(
        ModelSpec(
            name="majority",
            label="Majority answer",
            family="control",
            estimator="bench.models.controls.majority:Majority",
            source="per question, and category when captioned, the training answer of the most frequent facts",
            contracts=("answerer", "classifier"),
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
            source="logistic regression on the power spectrum in 24 rings x 6 sectors, its spread over the sectors, "
            "histograms of grey level and of local deviation; scikit-learn, scipy",
        )
    )
