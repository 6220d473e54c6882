"""The frames of the scripted teacher's answers: what each of the 22 questions is answered with.

A slot ``{kind}`` takes what ``wording`` says of the scene's value; ``{use}`` what the category is used for.
"""

FRAMES: tuple[tuple[tuple[str, ...], ...], ...] = (
    # Basics
    (
        (
            "The image depicts {category}. This type of nanomaterial is recognised here by {shape}.",
            "The nanomaterial in the image is of the type {category}, as seen from {shape}.",
            "The type of nanomaterial shown is best described as {category} and displays {shape}.",
        ),
        (
            "The image depicts {category}, which is the type of nanomaterial shown over the whole field of view.",
            "The type of nanomaterial shown in the image is best described as {category}.",
        ),
    ),
    (
        (
            "The image carries {bar} along its lower edge. Lengths are stated relative to the field of view.",
            "The micrograph comes with {bar}, so lengths are given relative to the field of view only.",
            "With regard to scale, the image has {bar}. The real-world length per unit is not legible.",
        ),
    ),
    # Morphology and Structure
    (
        (
            "The nanomaterials in the image have {shape} and follow {direction} across the field of view.",
            "The nanomaterials shown exhibit {shape}, extending with {direction} through the image.",
            "Overall, the nanomaterials display {shape} as their main morphology, with {direction} in the image.",
        ),
        (
            "The nanomaterials in the image have {shape}, which defines their overall morphology.",
            "The nanomaterials shown exhibit {shape}, which is seen throughout the field of view.",
            "Overall, the nanomaterials display {shape} as their main morphology in the image.",
        ),
    ),
    (
        (
            "The nanomaterials show {phases} and stand out against {background}.",
            "The image reveals {phases} within the structures, which lie on {background}.",
            "Within the material there is evidence of {phases}, set against {background}.",
        ),
        (
            "The nanomaterials show {phases}, judged by the grey levels within the structures.",
            "The image reveals {phases} within the structures, judged by their brightness.",
        ),
        (
            "The layers and domains of the nanomaterials are seen against {background} in the image.",
            "The image shows the material set against {background}.",
        ),
    ),
    (
        (
            "The structures show {uniformity}, and all of them share {shape}.",
            "The nanomaterials have {uniformity} across the image, while {shape} is common to them.",
            "With regard to consistency, the image shows {uniformity} and the recurrence of {shape}.",
        ),
        (
            "All visible structures share {shape}, which recurs throughout the field of view.",
            "With regard to consistency, the image shows the recurrence of {shape}.",
        ),
    ),
    # Size and Distribution
    (
        (
            "The nanostructures have {size}, and the range of sizes shows {uniformity}.",
            "The typical structure is of {size}. Taken together, the structures show {uniformity}.",
            "Judged by eye, the nanostructures show {size}, with {uniformity}.",
        ),
        (
            "The nanostructures in the image have {size}, judged by the typical structure.",
            "The typical structure in the image is of {size}.",
            "Judged by eye, the nanostructures in the image show {size}.",
        ),
    ),
    (
        (
            "The nanomaterials are distributed in {arrangement}, with {coverage}.",
            "The image shows {arrangement} of the nanomaterials together with {coverage}.",
            "The structures are spread over the image in {arrangement} and form {coverage}.",
        ),
        (
            "The nanomaterials are distributed over the image with {coverage}.",
            "The structures are spread over the image and form {coverage}.",
        ),
        (
            "The nanomaterials are distributed over the image in {arrangement}.",
            "The image shows {arrangement} of the nanomaterials.",
        ),
    ),
    (
        (
            "As for aggregation, the image shows {contact} in {arrangement}.",
            "The degree of bundling is seen from {contact}, which form {arrangement}.",
            "The nanomaterials appear as {contact} and keep {arrangement} over the image.",
        ),
        (
            "As for aggregation, the nanomaterials keep {arrangement} over the image.",
            "The degree of bundling is seen from {arrangement} of the structures.",
        ),
        (
            "As for aggregation, the image shows {contact}.",
            "The degree of bundling is seen from {contact}.",
        ),
    ),
    # Surface Characteristics
    (
        (
            "The nanomaterials have {texture}, which can be seen on the structures throughout the image.",
            "The structures in the image are covered by {texture}, as their shading shows.",
            "As for texture, the nanomaterials in the image exhibit {texture}.",
        ),
    ),
    (
        (
            "The nanomaterials show {defect} within the area that is visible in the image.",
            "Inspection of the visible area reveals {defect} on the nanomaterials.",
            "As for imperfections, the image shows {defect} over the visible area.",
        ),
    ),
    # Composition and Elements
    (
        (
            "The brightness of the nanomaterials points to {phases}, and the image has {contrast}.",
            "The image has {contrast}, and its grey levels suggest {phases}.",
            "As for composition, the grey levels suggest {phases}, seen with {contrast}.",
        ),
        (
            "The image has {contrast}, and its grey levels alone do not name a composition.",
            "As for composition, the grey levels are seen with {contrast}.",
        ),
        (
            "The brightness of the nanomaterials points to {phases}.",
            "As for composition, the grey levels suggest {phases}.",
        ),
    ),
    (
        (
            "The image carries {bar} and shows no labels or markers pointing to elements or compounds.",
            "There is {bar} in the image, and no marker points to an element or compound.",
            "As for labels, the micrograph has {bar}. No elements or compounds are marked.",
        ),
    ),
    # Interactions and Boundaries
    (
        (
            "The image shows {contact}, with {coverage}.",
            "The nanomaterials appear as {contact} and form {coverage}.",
            "As for interactions, one sees {contact} together with {coverage}.",
        ),
        (
            "As for interactions, the nanomaterials form {coverage}, within which they lie side by side.",
            "The nanomaterials interact within {coverage}.",
        ),
        (
            "The nanomaterials appear as {contact} in the image.",
            "As for interactions, one sees {contact} in the image.",
        ),
    ),
    (
        (
            "The boundaries are those of {contact}, and the borders are seen with {focus}.",
            "The image has {focus}, and its boundaries belong to {contact}.",
            "With {focus}, the borders outline {contact}.",
        ),
        (
            "The borders between the structures are seen with {focus} in the image.",
            "The image has {focus}, in which the boundaries of the structures are drawn.",
        ),
        ("The boundaries in the image are those of {contact}.", "The borders in the image outline {contact}."),
    ),
    # External Environment
    (
        (
            "The nanomaterials lie on {background}, and the image shows {charging}. No solvent is identified.",
            "The surroundings form {background} with {charging}. No polymer or solvent is identified.",
            "Around the structures one sees {background} and {charging}, but no solvent or polymer.",
        ),
        (
            "The surroundings show {charging}. No polymer or solvent is identified in the image.",
            "Around the structures one sees {charging}, but no solvent or polymer.",
        ),
        (
            "The nanomaterials lie on {background}. No polymer or solvent is identified in the image.",
            "Around the structures one sees {background}, but no solvent or polymer.",
        ),
    ),
    (
        (
            "Besides the nanomaterials, the image shows {bar} and {defect}.",
            "Apart from the structures themselves, one sees {bar} and {defect} in the image.",
            "As for other objects, the image has {bar} and shows {defect}.",
        ),
        (
            "Besides the nanomaterials, the image shows {bar}.",
            "Apart from the structures themselves, one sees {bar} in the image.",
        ),
        (
            "Besides the nanomaterials, the image shows {defect}.",
            "Apart from the structures themselves, one sees {defect} in the image.",
        ),
    ),
    # Image Technique and Modifications
    (
        (
            "The image has the look of scanning electron microscopy (SEM), with {focus} and {charging}.",
            "The shading and bright edges suggest a scanning electron microscope (SEM), with {focus} and {charging}.",
            "The technique appears to be scanning electron microscopy (SEM). The image has {focus} and {charging}.",
        ),
        (
            "The image has the look of scanning electron microscopy (SEM), with {focus}.",
            "The shading and bright edges suggest a scanning electron microscope (SEM), with {focus}.",
        ),
        (
            "The image has the look of scanning electron microscopy (SEM), with {charging}.",
            "The shading and bright edges suggest a scanning electron microscope (SEM), with {charging}.",
        ),
    ),
    (
        (
            "The image is in plain grey levels with {contrast}. There is no sign of false coloring or 3D rendering.",
            "No false coloring or 3D rendering is visible. The grey levels have {contrast}.",
            "As for post-processing, the grey image has {contrast} and shows no false coloring.",
        ),
    ),
    # Functional Features
    (
        (
            "The nanomaterials show {phases}, and their regions have {texture}.",
            "As for functional regions, the image shows {phases} and {texture}.",
            "The regions of the structures have {texture} and point to {phases}.",
        ),
        (
            "As for functional regions, the structures in the image have {texture}.",
            "The regions of the nanomaterials have {texture} throughout the image.",
        ),
        (
            "As for functional regions, the image shows {phases}.",
            "The regions of the nanomaterials point to {phases}.",
        ),
    ),
    (
        (
            "The image is primarily static, with {focus}. The structures rest in {direction}.",
            "No dynamic process is visible. The static image has {focus} and shows {direction} of the structures.",
            "The scene is static, seen with {focus}, and the structures keep {direction}.",
        ),
        (
            "The image is primarily static, with {focus}. No dynamic process is visible.",
            "No dynamic process is visible. The static image has {focus}.",
            "The scene is static and seen with {focus} over the whole field of view.",
        ),
    ),
    # Context and Application
    (
        (
            "The image shows {category} with {size}, commonly used for {use}.",
            "The intended use of {category} lies in {use}. The structures have {size}.",
            "As for application, {category} of this kind are meant for {use} and have {size}.",
        ),
        (
            "The image shows {category}, commonly used for {use}.",
            "The intended use of {category} lies in {use}.",
        ),
    ),
    (
        (
            "The image has the look of an experimental sample, with {charging} and {defect}.",
            "The nanomaterials look like experimental samples, since the image shows {charging} and {defect}.",
            "Noise and shading look experimental. The image shows {defect} and {charging}.",
        ),
        (
            "The image has the look of an experimental sample, with {charging}.",
            "The nanomaterials look like experimental samples, since the image shows {charging}.",
        ),
        (
            "The image has the look of an experimental sample, with {defect}.",
            "The nanomaterials look like experimental samples, since the image shows {defect}.",
        ),
    ),
)
"""For each question groups of frames, the fullest first: the first group all of whose slots a scene can fill is used."""
