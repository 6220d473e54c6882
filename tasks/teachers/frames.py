"""The frames of the scripted teacher's answers: what each of the 22 questions is answered with.

A slot ``{kind}`` takes what ``wording`` says of the scene's value; ``{use}`` what the category is used for and
``{topic}`` what the question is about. No frame says anything that the lexicon reads as a fact. Kinds of which one
value prevails (charging, focus, contrast) are asked for seldom, so that an answer given blindly gets less than
half of the facts right.
"""

FRAMES: tuple[tuple[tuple[str, ...], ...], ...] = (
    # Basics
    (
        (
            "The image depicts {category}. This type of nanomaterial is recognised here by {shape}.",
            "The nanomaterial in the image is of the type {category}, as seen from {shape}.",
        ),
        ("The image depicts {category}. More about its type cannot be told from the label alone.",),
    ),
    (
        (
            "The image carries {bar} along its lower edge. The nanomaterials have {size}.",
            "The micrograph comes with {bar}. Stated by eye, the structures have {size}.",
        ),
        (
            "The image carries {bar} along its lower edge. Lengths are stated relative to the field of view.",
            "The micrograph comes with {bar}, so lengths are given relative to the field of view only.",
        ),
    ),
    # Morphology and Structure
    (
        (
            "The nanomaterials in the image have {shape} and follow {direction} across the field of view.",
            "The nanomaterials shown exhibit {shape}, extending with {direction} through the image.",
        ),
        (
            "The nanomaterials in the image have {shape}, which defines their overall morphology.",
            "The nanomaterials shown exhibit {shape}, which is seen throughout the field of view.",
        ),
    ),
    (
        (
            "The nanomaterials show {phases} and stand out against {background}.",
            "The image reveals {phases} within the structures, which lie on {background}.",
        ),
        (
            "The nanomaterials show {phases}, judged by the grey levels within the structures.",
            "The image reveals {phases} within the structures, judged by their brightness.",
        ),
        (
            "The image shows {shape} as the main domain, set against {background}.",
            "The visible domains are those of {shape} and of {background}.",
        ),
    ),
    (
        (
            "The structures show {uniformity}, and all of them share {shape}.",
            "The nanomaterials have {uniformity} across the image, while {shape} is common to them.",
        ),
        (
            "The visible structures share {shape}, which recurs throughout the field of view.",
            "With regard to consistency, the image shows {shape} throughout the field of view.",
        ),
    ),
    # Size and Distribution
    (
        (
            "The nanostructures have {size}, and the range of sizes shows {uniformity}.",
            "The typical structure is of {size}. Taken together, the structures show {uniformity}.",
        ),
        (
            "The nanostructures in the image have {size}, judged by the typical structure.",
            "Judged by eye, the typical structure in the image is of {size}.",
        ),
    ),
    (
        (
            "The nanomaterials are distributed in {arrangement}, with {coverage}.",
            "The image shows {arrangement} of the nanomaterials together with {coverage}.",
        ),
        (
            "The nanomaterials are distributed over the whole image, with {coverage}.",
            "The structures are spread over the image from edge to edge and form {coverage}.",
        ),
        (
            "The nanomaterials are distributed over the whole image in {arrangement}.",
            "The image shows {arrangement} of the nanomaterials from edge to edge.",
        ),
        (
            "The image is taken up by {shape}, with {direction} of the structure.",
            "The field of view is taken up by {shape}, distributed with {direction}.",
        ),
    ),
    (
        (
            "As for aggregation, the image shows {contact} in {arrangement}.",
            "The nanomaterials appear as {contact} and keep {arrangement} over the image.",
        ),
        (
            "As for aggregation, the nanomaterials keep {arrangement} and form {coverage}.",
            "The degree of bundling is seen from {arrangement} of the structures, with {coverage}.",
        ),
        (
            "As for aggregation, the nanomaterials have {shape} and form {coverage}.",
            "The nanomaterials have {shape}, and their bundling follows from {coverage}.",
        ),
    ),
    # Surface Characteristics
    (
        (
            "The nanomaterials have {texture}, which can be seen on the structures throughout the image.",
            "The structures in the image are covered by {texture}, as their shading shows.",
        ),
    ),
    (
        (
            "The nanomaterials show {defect} within the area that is visible in the image.",
            "Inspection of the visible area reveals {defect} on the nanomaterials.",
        ),
    ),
    # Composition and Elements
    (
        (
            "The brightness of the nanomaterials points to {phases}, and the image has {contrast}.",
            "The image has {contrast}, and its grey levels suggest {phases}.",
        ),
        (
            "The image has {contrast}, and its grey levels alone do not name a composition.",
            "As for composition, the grey levels of the structures are seen with {contrast}.",
        ),
    ),
    (
        (
            "The image carries {bar} and shows no labels or markers pointing to elements or compounds.",
            "There is {bar} in the image, and no marker points to an element or compound.",
        ),
    ),
    # Interactions and Boundaries
    (
        (
            "The image shows {contact}, with {coverage} as a whole.",
            "As for interactions, one sees {contact} together with {coverage}.",
        ),
        (
            "As for interactions, the nanomaterials have {shape} and meet within {coverage}.",
            "The nanomaterials, each with {shape}, interact within {coverage}.",
        ),
    ),
    (
        (
            "The boundaries are those of {contact}, and the borders are seen with {focus}.",
            "The image has {focus}, and its boundaries belong to {contact}.",
        ),
        (
            "The boundaries outline {shape}, and the borders are seen with {focus}.",
            "The image has {focus}, and its boundaries are those of {shape}.",
        ),
    ),
    # External Environment
    (
        (
            "The nanomaterials lie on {background} and form {coverage}. No solvent is identified.",
            "The surroundings appear as {background} around {coverage}. No polymer or solvent is identified.",
        ),
        (
            "The nanomaterials with {size} lie on {background}. No solvent is identified in the image.",
            "The surroundings appear as {background} around structures of {size}. No polymer is identified.",
        ),
        (
            "The nanomaterials have {size}. No polymer or solvent is identified in their surroundings.",
            "Around the structures of {size}, no solvent or polymer is identified.",
        ),
    ),
    (
        (
            "Besides the nanomaterials, the image shows {bar} and {defect}.",
            "Apart from the structures themselves, one sees {bar} and {defect} in the image.",
        ),
        (
            "Besides the nanomaterials, which have {shape}, the image shows {bar}.",
            "Apart from the structures, which have {shape}, one sees {bar} in the image.",
        ),
    ),
    # Image Technique and Modifications
    (
        (
            "The image has the look of scanning electron microscopy (SEM), with {focus} and {charging}.",
            "The shading and bright edges suggest a scanning electron microscope (SEM), with {focus} and {charging}.",
        ),
    ),
    (
        (
            "The image is in plain grey levels with {contrast}. There is no sign of false coloring or 3D rendering.",
            "No false coloring or 3D rendering is visible. The grey levels have {contrast}.",
        ),
    ),
    # Functional Features
    (
        (
            "The regions of the nanomaterials have {texture} and point to {phases}.",
            "As for functional regions, the image shows {phases} and {texture}.",
        ),
        (
            "The functional elements have {shape}, and their regions have {texture}.",
            "As for functional regions, the image shows {texture} on elements with {shape}.",
        ),
        (
            "The functional elements have {shape}, and their regions show {phases}.",
            "As for functional regions, the image shows {phases} in elements with {shape}.",
        ),
        (
            "The functional elements in the image have {shape} and {size}.",
            "As for functional regions, the image shows elements with {size} and {shape}.",
        ),
    ),
    (
        (
            "The image is primarily static. The structures rest in {direction} and show {shape}.",
            "No dynamic process is visible. The static image shows {direction} of the structures with {shape}.",
        ),
        (
            "The image is primarily static. The structures rest in {arrangement} and show {shape}.",
            "No dynamic process is visible. The static image shows {arrangement} of structures with {shape}.",
        ),
        (
            "The image is primarily static, with {focus}. No dynamic process is visible.",
            "No dynamic process is visible. The static image has {focus}.",
        ),
    ),
    # Context and Application
    (
        (
            "The image shows {category} with {size}, commonly used for {use}.",
            "The intended use of {category} lies in {use}. The structures have {size}.",
        ),
        (
            "The image shows {category} with {shape}, commonly used for {use}.",
            "The intended use of {category} lies in {use}. The structures have {shape}.",
        ),
    ),
    (
        (
            "The image has the look of an experimental sample, with {charging} and {defect}.",
            "The nanomaterials look like experimental samples, since the image shows {charging} and {defect}.",
        ),
        (
            "The image has the look of an experimental sample. Its structures have {size}.",
            "Noise and shading look experimental. The nanomaterials in the image have {size}.",
        ),
    ),
)
"""For each question groups of frames, fullest first; the first group whose slots a scene can fill is used."""

OTHERWISE = (
    "The nanomaterials have {shape}, but {topic} cannot be told from the image.",
    "The image shows {shape}. From this picture, {topic} cannot be told.",
)
"""The frames of a question none of whose kinds the scene shows."""

LABEL_ONLY = ("The label names the category {label}; {topic} cannot be told from the label alone.",)
"""The frames where a dataset knows of its pictures nothing but the category."""
