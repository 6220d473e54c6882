"""The words by which an answer is read: which state a fact, which nouns they describe, which deny and which doubt.

Words stand as lemmas: 'cluster' is also clusters, clustered and clustering; 'rod' also nanorods, rod-like and
rod-shaped; '=charging' is that form alone. The words next to each value were taken from WordNet's synsets and from
papers of electron microscopy, and checked one by one.
"""

from collections.abc import Mapping

PHRASES: Mapping[str, Mapping[str, str]] = {
    "category": {
        "biological": "biological, biology, ~tissue, ~bacteria, ~bacterium, living matter, biomaterial, "
        "organic tissue, bio specimen, life science specimen, animal tissue, organism, ~microorganism",
        "fibres": "fibre, fibrous, microfibre",
        "films_coated_surface": "film, coating, coated surface, coated, thin film, film deposit, coat of",
        "mems_devices_electrodes": "mems, mems device, mems device and electrode, mems device electrode, "
        "microelectromechanical, micro electro mechanical, micromachined device, micromachine, micro device, "
        "micromechanical, micro mechanical",
        "nanowires": "nanowire, nano wire",
        "particles": "~particle, ~particulate, nanoparticle, microparticle, nano particle",
        "patterned_surface": "patterned surface, surface patterned, surface have be patterned, "
        "surface be patterned, surface with pattern, nanopatterned, micropatterned",
        "porous_sponge": "porous, sponge, spongy, porous sponge, porosity",
        "powder": "powder, powdery, powder particle",
        "tips": "tip, probe tip, afm probe, scanning probe tip",
    },
    "shape": {
        "cell": "~cell, cell body, blood cell, bacterial cell, bacterium, bacteria, erythrocyte, macrophage, "
        "yeast cell, cellular body, ~bacterium, ~microbe, leucocyte, leukocyte, lymphocyte, fibroblast, "
        "~coccus, ~cocci, amoeba",
        "neurite": "neurite, neuron, neuronal, neural, axon, dendrite, dendritic, branch, ramify, nerve cell, "
        "nerve cell process, nerve process, nerve fibre, arborise, arborisation, fork, bifurcate, tree like, "
        "nerve",
        "pollen": "pollen, pollen grain, ~spine, spiny, spiky ball, spike covered, ~spike, ~spiked, ~thorn",
        "diatom": "diatom, frustule, perforated shell, diatomaceous, siliceous shell, silica shell, ~alga, ~algae",
        "woven": "woven, weave, interweave, interwoven, interlace, warp, weft, ~cloth, ~fabric, over and under, "
        "over and under each other, over one another and under, basket weave, criss cross weave, braided cloth",
        "twisted": "=twisted, ~twist, rope, twine, intertwine, wind around, wound around, coil around, "
        "spiral around, helix, helical, plait, cord, entwine, corkscrew, ~spiral, braid, "
        "wrap around each other, wrapped around one another, intertwist, ~coil",
        "single": "strand like, one solitary strand, monofilament",
        "flat": "~planar, ~two dimensional",
        "layered": "layered, stack, terrace, laminate, lamellar, lamella, in layer, multilayer, multi layer, "
        "layer upon layer, layer on layer, layer lying on, series of layer, several layer, stratify, "
        "~on top of one another, ~on top of each other, ~on top of the other, pile, sheet upon sheet, "
        "sheet on sheet, stratum, strata, tier, multilayered, interlayered, successive layer, one layer on, "
        "laminar, lamination, bedded, sandwich, one on top of the other, one above the other, sheet lie one",
        "wrinkled": "wrinkle, ~fold, crease, crumple, buckle, pucker, crinkle, corrugate like paper, ruck, rumple, "
        "~ripple, shrivel, crinkly",
        "columnar": "columnar, ~column, column like",
        "comb": "comb, interdigitate, interlock finger, interdigital, interlocking finger, interlocked finger, "
        "interleaved finger, finger interlock",
        "cantilever": "cantilever, overhanging beam, beam clamped at one end, beam fixed at one end, diving board, "
        "clamped beam, protruding beam, overhanging",
        "electrode": "~electrode, ~contact pad, anode, cathode, microelectrode",
        "gear": "gear, gear wheel, gearwheel, toothed, cogwheel, cog wheel, cog, pinion, sprocket, cogged, "
        "toothed rim, ~teeth around",
        "straight": "straight, needle, rectilinear, unbent, needle like",
        "curved": "curve, bend, curl, sinuous, arc, arch, wavy, bow, serpentine, curvy, curvilinear, crooked, "
        "loop, hooked, ~winding, crescent, banana",
        "upright": "upright, =vertically upright, stand on end, stand up, ~=standing, erect, stand like grass, "
        "perpendicular to the substrate, normal to the substrate, perpendicular to the surface, on their end, "
        "vertical to the substrate",
        "spherical": "spherical, spheric, globose, sphere, spheroidal, spheroid, globular, globule, ~ball, orb, "
        "microsphere, spherule, ~bead, ~pearl, ~marble, ~droplet shaped, ~ball shaped, ~globe, ~bubble like",
        "faceted": "facet, polyhedral, polyhedron, polyhedra, crystal like, ~cubic, ~cube, ~octahedral, "
        "~octahedron, ~octahedra, euhedral, crystal face, crystal facet, plane face, flat face, "
        "well formed crystal, many sided",
        "rod": "rod, rodlet, ~bacillus, ~cylindrical, ~cylinder, baton, bar shaped",
        "lines": "~~=line, ~~=lines, ~stripe, grating, line grating, parallel line, striped, line pattern, "
        "line and space",
        "holes": "~hole, perforate, ~perforation, ~=apertures, punched, pierced, ~borehole, ~=openings, pierce, "
        "punch, hole pattern, drilled",
        "pillars": "pillar, post, =studs, ~pin, ~peg, bollard",
        "checkerboard": "checkerboard, chessboard, checker board, chess board, =chess, chequered, chequerboard, "
        "draughtboard, alternating square, alternate square, square alternate, draughts board, chequer, "
        "chessboard like",
        "foam": "foam, foamy, froth, frothy, ~bubble, bubbly, suds, lather",
        "honeycomb": "honeycomb, beehive, hexagonal, hexagon, six sided compartment, six sided cell, comb of bee, "
        "hive, =bees",
        "labyrinth": "labyrinth, labyrinthine, maze, mazy, ~meander, winding channel, winding passage, "
        "convoluted channel, tortuous channel, ~convoluted, ~tortuous, corridor, ~winding passage",
        "clumped": "clump, clumpy, lump, lumpy, cake, cauliflower, caked, clod, nodular, chunk, nugget, lump together",
        "flaky": "flake, flaky, leaf like, platelet, plate like, platy, scale like, leaflet, petal, flakelet, "
        "lamina like, cornflake, wafer thin plate, ~lamella like, leafy, foliate, scaly, flat platelet",
        "shard": "shard, splinter, ~jagged, sliver, broken glass, crushed glass, smashed, shatter, ~fragment, "
        "angular fragment, sharp edged piece, sharp edged fragment, sharp cornered, ~angular",
        "cone": "cone, conical, conic, cone shape, taper conical, taper to a point, tapering to a point, ~taper",
        "pyramid": "pyramid, pyramidal, ~four sided, triangular face",
        "wire": "~wire, thread like",
    },
    "coverage": {
        "sparse": "sparsity, thin strewn, thin scattered, thin spread, thinly, scarce, few and far between, scant, "
        "almost empty, nearly empty, mostly empty, largely empty, mostly bare, be bare, being empty, "
        "mainly empty, most empty, only a few structure, only few structure, few structure only, "
        "loosely spread, sporadic, sporadically, few in number, handful, otherwise empty, empty field, "
        "thinly distributed, low density, here and there, isolated few, much empty space, lot of empty space, "
        "scattered thinly, sparsely populated, thinly populated, barely populated, scarcely populated, "
        "scattering of, thin scattering, widely scattered, wide apart, widely spaced, mostly substrate, "
        "mostly background, great deal of empty, plenty of empty, bare substrate",
        "dense": "densely packed, closely packed, close packed, tight packed, tightly packed, crowd, crowded, "
        "pack, compact pack, heavily covered, fill nearly the whole, fill almost the whole, fill the whole, "
        "fill the entire, cram, teem, throng, packed together, no free space, hardly any free space, "
        "hardly any space, little free space, no empty space, little empty space, hardly any empty space, "
        "almost no free space, hardly any room, no room, completely covered, fully covered, entirely covered, "
        "almost completely covered, packed, jam, no space, carpet, swarm, jam packed, covered all over, "
        "cover all over, packed closely, closely spaced, chock full, brim, brimming, tight against each other, "
        "cheek by jowl, populous, overcrowd, shoulder to shoulder, heavily populated, densely populated",
        "moderate": "moderately dense, half covered, partially covered, partly covered, medium dense, fairly covered",
    },
    "arrangement": {
        "ordered": "ordered, orderly, well ordered, even spaced, equally spaced, equal spaced, regularly spaced, "
        "regular spaced, regularly arranged, regular arranged, equidistant, periodic, periodicity, grid, "
        "row and column, in row and column, row and file, neat row, at regular interval, at even interval, "
        "at equal interval, even interval, systematic, in file, in rank and file, rank and file, in row, "
        "in straight row, square lattice, regular lattice, hexagonal lattice, regular array, ordered array, "
        "in regular row, neatly aligned, neat, tidy, array like, in line and row, lined up, line up, "
        "regimented, symmetrical, in line, in straight line, in parallel row, well arranged, "
        "at constant distance, at the same distance, at fixed distance, repeat at, repeating pattern, matrix, "
        "repetitive, aligned in row, equispaced",
        "clustered": "cluster, flocculate, agglomerate, agglomeration, aggregate, aggregation, group, gather, "
        "bunch, huddle, congregate, assemble in group, flock together, clump together, conglomerate, "
        "bundle together, bundled, heap, cling together, stuck together, group together, accumulate, "
        "accumulation of particle, bunched, island of, come together, gang, swarm together",
        "random": "random, haphazard, haphazardly, disorder, disordered, unordered, chaotic, chaos, stochastic, "
        "arbitrary, arbitrarily, irregularly placed, irregularly arranged, irregular placed, "
        "irregularly distributed, irregular distributed, without order, higgledy piggledy, helter skelter, "
        "no order, by chance, without any order, without pattern, no discernible order, no particular order, "
        "no apparent order, no recognisable order, no visible order, without recognisable order, "
        "without discernible order, jumble, all over the place, without rhyme, without any pattern, "
        "unstructured, erratic, unsystematic, unsystematically, no pattern, no system, without system, "
        "at random, no discernible pattern, no recognisable pattern, no regularity, without regularity, "
        "lack of order, strewn about, without visible order, without discernible pattern, follow no",
    },
    "uniformity": {
        "uniform": "little variation, little variability, little spread, minor variation, slight variation, "
        "negligible variation, little difference in size, hardly vary, scarcely vary, barely vary, "
        "barely differ, hardly differ, monodisperse, unvarying, monodispersed, like the next in size, "
        "uniform sized, equal sized, equally sized, same sized, equally large, equally big, "
        "as large as the next, as big as the next, of one size, all the same, one size, as big as the other, "
        "as large as the other, as small as the other, as big as its neighbour, as large as its neighbour, "
        "vary little, vary only little, differ little, even sized, same diameter, no two differ, size match, "
        "alike in size, all equally",
        "varied": "polydisperse, polydispersed, all size, every size, mixture of size, mix of size, "
        "from small to large, from large to small, from tiny to large, range from small, not all the same, "
        "size vary, of all size, all shape and size, of all kind of size, no two alike, "
        "no two of the same size, no two are the same size, no two are alike, no two of them are alike, "
        "differing size, assorted size, unlike in size, big and small, large and small, small and large, "
        "both small and large, small and big, little and big",
    },
    "direction": {
        "horizontal": "left to right, right to left, side to side, from the left to the right, "
        "parallel to the bottom, parallel to the lower edge, parallel to the top, parallel to the upper edge, "
        "to the right, to the left, sideways, left edge to the right, left to the right, across from left, "
        "from one side to the other, leftward, rightward, parallel to the horizontal, horizontally aligned, "
        "across the image from left, across the frame from left, lengthwise across, left border to the right, "
        "left hand border, left hand side to the right, left side to the right, level with the bottom",
        "vertical": "top to bottom, bottom to top, straight down, straight up, downward, upward, point down, "
        "point up, up and down, from the top to the bottom, from the bottom to the top, to the bottom, "
        "to the top, parallel to the left edge, parallel to the right edge, parallel to the side, "
        "top edge to the bottom, parallel to the vertical, from the upper edge to the lower edge, "
        "from the upper to the lower, top of the frame to the bottom, top of the image to the bottom, "
        "upper border to the lower, downwards, upwards",
        "diagonal": "slant, slanted, slanting, corner to corner, 45 degree, 45 °, 45 deg, corner to the opposite, "
        "aslant, slantwise, slope, sloping, askew, at an angle of 45, catercorner, cornerwise, "
        "from one corner, from corner",
    },
    "texture": {
        "granular": "granular, granulate, gritty, sandpaper, pebbly, granularity, ~sand, sand grain, sandy, grit, "
        "fine grained, coarse grained, covered with grain, covered in grain, graininess, sugar like, pebbled, "
        "grain covered, grainlike, coarse grain, fine grain, covered with fine grain, powdery surface",
        "ridged": "ridge, groove, furrow, corrugate, rib, ribbed, striate, striation, fluted, ploughed, rill, "
        "ribbing, rippled surface, corrugation, grooving, washboard",
    },
    "defect": {
        "cracks": "crack, cleft, fissure, crevice, fracture, fracture line, hairline, crack line, craze, "
        "split open, torn, rupture, rift, crackle, fracture surface, cracking",
        "pits": "pit, pitting, pockmark, pocked, dimple, crater, pockmarked, small cavity, pinhole, indentation, "
        "small depression, small hole in the surface, dent, crater like, cavity in the surface",
        "debris": "debris, rubble, junk, dirt, dust, contamination, contaminate, contaminant, detritus, dirty, "
        "foreign matter, foreign particle, dust particle, dirt particle, debris particle, "
        "contamination particle, contaminant particle, residue, speck of dirt, soil, rubbish, litter, "
        "stray particle, loose particle, foreign body, foreign bodies, filth, grime, foreign material, "
        "dust grain, contaminated, impurity particle, bit of dirt, particle of dirt, scrap, speck of dust, "
        "crumb, leftovers, impurity on",
        "none": "flawless, unflawed, pristine, intact, unblemished, undamaged, immaculate, spotless, faultless, "
        "uncracked, unscathed, defect free, perfect condition, without blemish, free from blemish, unharmed, "
        "undisturbed surface, unbroken, in perfect condition, nothing be damaged, without fault, without flaw, "
        "free of fault, sound condition",
    },
    "contact": {
        "touching": "touch, in contact, contact with each other, contact with one another, abut, adjoin, "
        "contact each other, contact one another, direct contact, mutual contact, make contact, "
        "in mutual contact, edge to edge contact, share edge, contiguous, come into contact, have contact, "
        "contact between, butt, butt against, meet each other, bump into, rub shoulder, lean against, "
        "press against, in touch, stuck to each other, joined to each other, touch each other, side touch, "
        "adhere to each other, adhere to one another, stick to each other, without gap, without any gap, "
        "leave no gap, no gap, no space between them, border on each other",
    },
    "phases": {
        "one": "monophasic, monophase, monophased, one material only, single material, single component, "
        "only one component, of one piece",
        "two": "biphasic, diphasic, dual phase, phase separation, ~inclusion, biphase, diphase, two material, "
        "two component, two kind of material, two constituent, two different material, second component, "
        "second material, second constituent, brighter patch, brighter spot, brighter region, brighter area, "
        "brighter island, brighter zone",
    },
    "contrast": {
        "low": "wash out, washed out, lack of contrast, ~difference between the grey, grey on grey, dull grey, "
        "monotonous grey",
        "high": "rich in contrast, full of contrast, contrasty, contrast rich, plenty of contrast, "
        "lot of contrast, punchy, strong tonal, stark light and dark",
    },
    "focus": {
        "sharp": "in focus, focused, well resolved, in sharp focus, tack sharp, pin sharp, crystal clear, "
        "focussed, bring into focus, brought into focus",
        "blurred": "blur, foggy, bleary, blurry, blurred, blurriness, out of focus, defocus, defocused, unfocused, "
        "unsharp, fuzzy, lack of focus, not in focus, misfocused, off focus, smeared, misty, smudgy, "
        "out of the focus, poorly focused, badly focused, not focused",
    },
    "charging": {
        "streaks": "=charging, charging artefact, charging effect, charging streak, streak, streaky, "
        "sample charge, specimen charge, charge under, charge up, charge effect, charge artefact, "
        "charge buildup, charge build up, charge accumulation, build up of charge, buildup of charge, "
        "accumulation of charge, accumulated charge, electrostatic charge, charging up, "
        "electrostatic charging, charge related",
    },
}
"""Kind to value to the phrases that state it, whatever they describe. One with '~' yields to others of its kind."""

_SMALL = (
    "small, little, teeny, petite, minuscule, wee, puny, microscopic, tiny, minute, miniature, diminutive, little sized"
)
_MEDIUM = "medium, intermediate, middling, mid, average, moderate"
_LARGE = (
    "considerable, large, gigantic, immense, colossal, vast, oversized, hefty, great, big, huge, sizeable, "
    "enormous, giant, massive, bulky, considerable sized, voluminous"
)
_DARK = "dark, black, dim, inky, blackish, darkish"
_BRIGHT = "bright, light, white, pale, luminous, whitish, brightish"
_UNIFORM = (
    "uniform, consistent, identical, equal, same, similar, alike, homogeneous, constant, narrow, even, =one, "
    "comparable, equally sized"
)
_VARIED = (
    "vary, change, fluctuate, varied, various, variable, differ, different, unequal, diverse, heterogeneous, "
    "nonuniform, mixed, wide, broad, uneven, inconsistent, dissimilar, assorted, manifold, differing"
)
_LOW = (
    "low, weak, poor, faint, feeble, limited, little, slight, dull, minimal, small, soft, subdued, modest, "
    "insufficient, pale, muted, reduced"
)
_HIGH = (
    "high, strong, pronounced, good, rich, stark, vivid, excellent, great, marked, considerable, large, sharp, "
    "striking, intense, ample, crisp, full"
)
_SINGLE = "=one, single, sole, only, lone, uniform, homogeneous, solitary"
_SEVERAL = (
    "two, second, both, dual, double, distinct, separate, different, several, multiple, another, additional, "
    "more than one"
)
_SMOOTH = "smooth, featureless, polish, glassy, even, textureless, sleek, glossy, smoothness, satiny, level"


def _run(value: str) -> Mapping[str, tuple[str, str]]:
    """Return the nouns, known or not as the subject, of which a direction can be said."""
    return dict.fromkeys(("structure", "direction", "shape", "texture", "thing", ""), ("direction", value))


def _spread(value: str) -> Mapping[str, tuple[str, str]]:
    """Return the nouns, known or not as the subject, of which a coverage can be said."""
    nouns = ("structure", "coverage", "arrangement", "texture", "region", "image", "thing", "background", "")
    return dict.fromkeys(nouns, ("coverage", value))


DESCRIPTIONS: tuple[tuple[str, Mapping[str, tuple[str, str]]], ...] = (
    (
        _SMALL,
        {"structure": ("size", "small"), "size": ("size", "small"), "": ("size", "small"), "bar": ("bar", "short")},
    ),
    (
        _MEDIUM,
        {
            "structure": ("size", "medium"),
            "size": ("size", "medium"),
            "": ("size", "medium"),
            "coverage": ("coverage", "moderate"),
            "part": ("coverage", "moderate"),
        },
    ),
    (
        "moderate",
        {"structure": ("coverage", "moderate"), "": ("coverage", "moderate"), "arrangement": ("coverage", "moderate")},
    ),
    (
        _LARGE,
        {"structure": ("size", "large"), "size": ("size", "large"), "": ("size", "large"), "bar": ("bar", "long")},
    ),
    (
        _LOW,
        {
            "contrast": ("contrast", "low"),
            "coverage": ("coverage", "sparse"),
            "focus": ("focus", "blurred"),
            "uniformity": ("uniformity", "varied"),
        },
    ),
    (
        _HIGH,
        {"contrast": ("contrast", "high"), "coverage": ("coverage", "dense"), "uniformity": ("uniformity", "uniform")},
    ),
    ("good, sharp, crisp, excellent, perfect, fine, clear, correct, great, tack", {"focus": ("focus", "sharp")}),
    (
        "sharp, crisp, razor sharp, needle sharp",
        {"image": ("focus", "sharp"), "edge": ("focus", "sharp"), "": ("focus", "sharp")},
    ),
    ("soft, hazy, indistinct, smeary, vague, smudged", {"image": ("focus", "blurred"), "edge": ("focus", "blurred")}),
    ("dense", _spread("dense")),
    ("sparse, thin out", _spread("sparse")),
    (_DARK, {"background": ("background", "dark")}),
    (_BRIGHT, {"background": ("background", "bright"), "inclusion": ("phases", "two")}),
    (_UNIFORM, {"size": ("uniformity", "uniform"), "uniformity": ("uniformity", "uniform")}),
    (
        "uniform, consistent, identical, homogeneous, alike, same",
        {"structure": ("uniformity", "uniform"), "": ("uniformity", "uniform")},
    ),
    (_VARIED, {"size": ("uniformity", "varied"), "uniformity": ("uniformity", "varied")}),
    (
        "vary, varied, variable, nonuniform, inconsistent, unequal",
        {"structure": ("uniformity", "varied"), "": ("uniformity", "varied")},
    ),
    (
        "variability, variation, variety, spread, diversity, scatter, difference, dispersion, heterogeneity",
        {"size": ("uniformity", "varied")},
    ),
    ("uniformity, consistency, homogeneity, sameness, constancy", {"size": ("uniformity", "uniform")}),
    (_SMOOTH, {"texture": ("texture", "smooth")}),
    (
        "smooth, featureless, polish, glassy, textureless, smoothness",
        {"structure": ("texture", "smooth"), "": ("texture", "smooth")},
    ),
    ("grainy", {"texture": ("texture", "granular"), "structure": ("texture", "granular"), "": ("texture", "granular")}),
    (_SINGLE, {"phase": ("phases", "one"), "shape": ("shape", "single")}),
    ("homogeneous", {"composition": ("phases", "one")}),
    (_SEVERAL, {"phase": ("phases", "two")}),
    (
        "separate, isolate, apart, apart from each other, apart from one another, apart from their neighbour, "
        "well apart, distance from one another, distance from each other, distance to each other, "
        "keep their distance, to themselves, clear of each other, out of contact, out of touch, detach, discrete, "
        "standalone, individual and separate, unconnected, untouching, spaced apart, disconnected, distanced",
        {"any": ("contact", "separate"), "phase": ("phases", "two")},
    ),
    ("regular, even", {"arrangement": ("arrangement", "ordered")}),
    ("equal, constant, uniform, same, identical, fixed", {"spacing": ("arrangement", "ordered")}),
    ("~~=round, ~~=roundish, ~~=rounded", {"structure": ("shape", "spherical"), "shape": ("shape", "spherical")}),
    (
        "~flat, ~plane",
        {
            "structure": ("shape", "flat"),
            "shape": ("shape", "flat"),
            "": ("shape", "flat"),
            "image": ("contrast", "low"),
            "contrast": ("contrast", "low"),
        },
    ),
    ("=few, only a few, just a few, very few, scarcely any", {"structure": ("coverage", "sparse")}),
    ("~single, ~lone, ~solitary, ~sole, ~=one, ~individual, ~isolated", {"strand": ("shape", "single")}),
    ("=brighter, =lighter", {"region": ("phases", "two"), "inclusion": ("phases", "two")}),
    ("horizontal", _run("horizontal")),
    ("vertical", _run("vertical")),
    ("diagonal, oblique, inclined, tilted", _run("diagonal")),
    ("irregular, unordered", {"arrangement": ("arrangement", "random")}),
    ("short", {"bar": ("bar", "short")}),
    ("long", {"bar": ("bar", "long")}),
)
"""Words that state a fact only of some nouns: the class of the noun that they describe to the fact.

'' is for a word that describes no noun, 'any' for whatever has no entry of its own.
"""

NOUNS: Mapping[str, str] = {
    "background": "background, backdrop, ground, surroundings, surrounding, substrate, support, behind, backing",
    "contrast": "contrast",
    "focus": "focus, focusing, sharpness",
    "variation": "variability, variation, variety, =spread, diversity, =scatter, difference, dispersion, heterogeneity",
    "bar": "scale bar, scalebar, bar, micron bar, length bar, scale marker, scale",
    "size": "size, dimension, diameter, sizing, size distribution, size range, sized, length scale, width",
    "uniformity": "uniformity, consistency, homogeneity",
    "coverage": "coverage, cover, density, population, packing, share, proportion, fraction, portion, occupancy, "
    "percentage, occupy, fill",
    "arrangement": "arrangement, distribution, placement, layout, pattern, array, position, lattice, arrange, "
    "place, distribute, organisation, organization, order, spatial arrangement, grid",
    "part": "part of the area, part of the field, part of the image, part of the frame, part of the open area, "
    "share of the area, share of the field, share of the image, share of the frame, fraction of the area, "
    "fraction of the field, fraction of the image, fraction of the frame, portion of the area, "
    "portion of the field, portion of the image, portion of the frame, share of the open area",
    "spacing": "spacing, interval, distance, pitch, separation, gap",
    "direction": "direction, orientation, alignment, axis, angle, axes, course, inclination, align, orient",
    "strand": "fibre, strand, filament, thread",
    "region": "patch, patche, region, area, spot, zone, part, island",
    "texture": "surface, texture, finish, topography, relief, exterior, flank, sidewall, side wall, skin, face, "
    "wall, facet",
    "phase": "phase, component phase",
    "inclusion": "inclusion, domain, precipitate",
    "composition": "composition, material, chemistry",
    "image": "image, picture, micrograph, photograph, photo, scan, everything, detail, view, frame content, shot, "
    "focus plane",
    "edge": "edge, outline, contour, border",
    "shape": "shape, form, morphology",
    "structure": "structure, nanostructure, microstructure, feature, object, element, crystal, crystallite, grain, "
    "entity, unit, item, piece, fragment, bead, dot, nanomaterial, plate, forest, carpet, mat, network, lawn, "
    "assemblage, tube, whisker, droplet, agglomerate, cluster, sheet, layer, tooth, finger, beam, device, "
    "apex, member, =they, =them, =it, =each, =all, =these, =those, =this, =others, =some, =many, =most, "
    "specimen, sample, square, compartment, pore, channel, ones, majority, assembly, pattern element, shell, "
    "building block, constituent, bodies, nanocrystal",
    "defect": "defect, flaw, imperfection, blemish, damage, fault, anomaly, irregularity, cavity, impurity, disruption",
    "charging": "charging, streak, artefact, charge",
}
"""The classes of nouns; a word of a shape or category that is none of these is a structure."""

PARENTS: Mapping[str, str] = {"strand": "structure", "spacing": "arrangement"}
"""A class of nouns to a class that it belongs to."""

BARE: Mapping[str, tuple[str, str]] = {
    "defect": ("defect", "none"),
    "flaw": ("defect", "none"),
    "imperfection": ("defect", "none"),
    "blemish": ("defect", "none"),
    "damage": ("defect", "none"),
    "fault": ("defect", "none"),
    "anomaly": ("defect", "none"),
    "defective": ("defect", "none"),
    "contrast": ("contrast", "low"),
    "scale bar": ("bar", "absent"),
    "scalebar": ("bar", "absent"),
    "micron bar": ("bar", "absent"),
    "bar": ("bar", "absent"),
    "scale marker": ("bar", "absent"),
    "=room": ("coverage", "dense"),
    "free space": ("coverage", "dense"),
    "empty space": ("coverage", "dense"),
    "free room": ("coverage", "dense"),
    "=order": ("arrangement", "random"),
    "=regularity": ("arrangement", "random"),
    "gap": ("contact", "touching"),
    "contact": ("contact", "separate"),
    "texture": ("texture", "smooth"),
    "focus": ("focus", "blurred"),
    "sharpness": ("focus", "blurred"),
    "structure of the surface": ("texture", "smooth"),
}
"""Nouns that state a fact only where they are denied."""

OPPOSITES: Mapping[tuple[str, str], tuple[str, str]] = {
    fact: other
    for kind, values in {
        "uniformity": ("uniform", "varied"),
        "contact": ("separate", "touching"),
        "phases": ("one", "two"),
        "background": ("dark", "bright"),
        "contrast": ("low", "high"),
        "focus": ("sharp", "blurred"),
    }.items()
    for fact, other in (
        ((kind, values[0]), (kind, values[1])),
        ((kind, values[1]), (kind, values[0])),
    )
} | {("charging", "streaks"): ("charging", "none")}
"""What is stated by denying a value of a kind that has two."""

ROLES: Mapping[str, str] = {
    # Phrases whose words state nothing by themselves.
    "idiom": "no doubt, without doubt, not only, not just, not merely, nothing but, no less than, no fewer than, "
    "no more than, not to mention, in contrast to, in contrast with, by contrast, in order to, as well as, "
    "of course, in this case, solar cell, fuel cell, unit cell, photovoltaic cell, battery cell, "
    "electrochemical cell, in line with, data bar, info bar, information bar, status bar, fill factor, "
    "on the one hand, on the other hand, point of view, field of view, in the large, by and large, at large, "
    "in general, close up, black and white, light microscope, light microscopy, light element, electron beam, "
    "focused ion beam, ion beam, charge carrier, charge transport, charge storage, charge transfer, "
    "image processing, wire bonding, scale factor, large scale, small scale, nano scale, base line, "
    "time scale, at scale, grey scale, scale length, bright field, dark field, bright edge, bar graph, "
    "order of magnitude, tem grid, copper grid, carbon grid, lacey grid, microscope grid, in the order of, "
    "in order, post processing, power line, dust jacket, can be separated, could be separated, "
    "tip of the iceberg, edge effect, thin layer, no longer, lower edge, upper edge, single image, "
    "single picture, not least, even if, even when, even so, nearly touch, nearly touching, almost touch, "
    "almost touching, nearly in contact, almost in contact, even at, even the, tissue engineering, "
    "nanoindentation, scanning probe, film about, phase of development, phase of the work, "
    "phase of the process, phase of the project, same as, the same as, a few, quite a few, "
    "part of the caption, in the order, free standing, stand alone",
    # What denies the words behind it, up to the end of its scope.
    "negation": "no, not, without, neither, nor, never, lack, hardly, barely, scarcely, rather than, instead of, "
    "free of, free from, devoid of, absence of, absent of, bereft of, clear of, zero, none of, none, nothing, "
    "anything but, far from, non, cannot see, exclude, rule out, hardly any, no sign of, as opposed to, "
    "fail to, nowhere, nobody, void of, unaffected by, unmarred by, exempt from, spared, other than being, "
    "short of, in place of, lack of, cannot, not any, no trace of, no evidence of, want of, in vain for, "
    "in vain",
    # What denies the subject in front of it.
    "absence": "absent, missing, lacking, left out, omitted, removed, gone, ruled out, excluded, avoided, "
    "suppressed, prevented, eliminated, no issue, not an issue, no problem, not a problem, nowhere to be seen, "
    "nowhere to be found, nonexistent, not there, not to be seen, free, not to be found",
    # What names a topic, of which nothing is stated before the next comma.
    "topic": "at first glance, at first sight, at a glance, on first sight, as for, as to, as regards, regarding, "
    "with regard to, concerning, in terms of, when it comes to, on the subject of, on the question of, "
    "as far as",
    # Words that only say how much or how surely.
    "hedge": "grey, greyish, coloured, colour, toned, tone, perhaps, maybe, very, quite, rather, almost, about, "
    "roughly, nearly, somewhat, fairly, mostly, more, less, much, just, still, even, already, often, "
    "sometimes, always, then, thus, hence, indeed, namely, overall, most, likely, well, also, extremely, "
    "highly, largely, mainly, too, slightly, clearly",
    # What says that its subject is there: after 'not' it denies the subject.
    "presence": "visible, seen, present, observed, detected, apparent, evident, found, noticed, noticeable, "
    "discernible, recognised, recognized, recognisable, identified, occur, exist, shown, given, provided, "
    "included, distinguished, discerned, spotted, perceptible, detectable, appear, made out, in evidence, "
    "to be seen, on display, displayed, indicated, drawn, encountered, in sight, recorded, depicted, noted, "
    "revealed, printed",
    # Words that begin a clause of its own, out of the scope of what was denied before.
    "contrast": "but, however, although, though, while, whereas, yet, except, except for, apart from, aside from, "
    "other than, nevertheless, albeit, save for, besides, because, since, so, with the exception of, despite, "
    "in spite of, nonetheless, even though",
    # What makes a clause a refusal to say.
    "refusal": "no statement, no conclusion, no information, no judgement, no judgment, no answer, "
    "no way of telling, no way to tell, no telling, is required, are required, be required, is needed, "
    "are needed, is necessary, are necessary, unclear, uncertain, unknown, undetermined, indeterminate, "
    "ambiguous, undecided, whether, not clear, not sure, not certain, not known, not possible, impossible, "
    "unable, not able, hard to, difficult to, cannot be determined, cannot tell, cannot say, cannot judge, "
    "cannot determine, not obvious whether, if any, open question, guesswork, not allow, not permit, "
    "not evident whether, inconclusive, insufficient to, anyone guess, debatable, not enough, remain open, "
    "beyond what",
    # What cannot be done in a refusal.
    "judgement": "determine, tell, say, judge, assess, know, decide, ascertain, establish, conclude, infer, "
    "estimate, specify, measure, told, settle, answer, gauge, evaluate, make a statement, quantify, deduce, "
    "verify, confirm, derive, be sure, be certain, identify, distinguish, resolve",
    # What begins a sentence of which nothing is stated, if it also says what would be.
    "condition": "if, should, were, had, unless, suppose, supposing, assuming, provided that",
    # What is only supposed.
    "supposition": "would, might have, could have, ought",
    # Verbs that end a subject; they need not be all there are.
    "verb": "be, is, are, was, were, been, appear, seem, look, remain, show, exhibit, have, has, display, lie, "
    "stand, run, carry, contain, reveal, present, feature, consist, form, possess, cover, rest, sit, touch, "
    "vary, differ, extend, occupy, fill, point, lack, suffer, come, make, see, observe, can, could, may, "
    "might, must, will, do, does, did, get, become, keep, stay, suggest, indicate, include, bear, take, cross, "
    "span, measure, range, resemble, give, leave, mark, mar, spread, cut, lay, gather, enclose, surround, "
    "prove, tend, share, allow, depict, being, serve, grow, bend, curl, would, arrange, feel, register, rate, "
    "classify, belong, sport, call, judge, mesh",
    # Words at which a noun phrase that began with an adjective has ended.
    "stop": "in, on, at, of, with, by, from, to, for, into, onto, over, under, across, against, between, among, "
    "within, through, throughout, along, around, behind, below, above, relative, compared, than, that, which, "
    "who, whose, as, like, because, if, when, where, while, a, an, the, its, their, his, this, these, those, "
    "there, it, they, here, overall, too, again, everywhere, though, per, via, due, such, each, every, some, "
    "any, them, i, we, you, towards, toward, near, inside, outside, during, after, before, both, either, also, "
    "respect, regard, enough, altogether, so, but, or, nor, not, no, without, instead, rather, only, alike, "
    "looking, seen, up, down, what",
    # Words that begin a new phrase, not another item of a list.
    "opener": "a, an, the, its, their, this, these, those, there, it, they, which, with, that, his, who, some, i, "
    "we, one, all, most, each, every, several, many",
    # Prepositions of place; what is denied of a place does not deny the place.
    "place": "in, on, at, across, against, within, over, under, along, through, throughout, from, to, into, onto, "
    "for, by, behind, among, between",
    # Nouns that pass what describes them on to what they are a measure of.
    "measure": "degree, extent, level, length, appearance, character, amount, range, deal, kind, sort, quantity, "
    "touch of, measure, type",
}
"""What other phrases do in a sentence."""

ADVERBS = frozenset(
    [
        "largely",
        "highly",
        "shortly",
        "hardly",
        "nearly",
        "lately",
        "barely",
        "roughly",
        "mainly",
        "mostly",
        "fairly",
        "considerably",
    ]
)
"""Adverbs that do not mean what their adjective means."""

SPELLINGS: Mapping[str, str] = {
    "fiber": "fibre",
    "fibers": "fibres",
    "microfibers": "microfibres",
    "nanofibers": "nanofibres",
    "nanofiber": "nanofibre",
    "gray": "grey",
    "grayish": "greyish",
    "checkered": "chequered",
    "checkerboards": "checkerboard",
    "artifact": "artefact",
    "artifacts": "artefacts",
    "neighboring": "neighbouring",
    "neighbor": "neighbour",
    "focussed": "focused",
    "defocussed": "defocused",
    "sizable": "sizeable",
    "color": "colour",
    "mold": "mould",
    "clustred": "clustered",
}
"""American spellings to British ones."""
