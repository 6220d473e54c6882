"""The words by which an answer is read: which state a fact, which nouns they describe, which deny and which doubt.

Words stand as lemmas: 'cluster' is also clusters, clustered and clustering; 'rod' also nanorods, rod-like and
rod-shaped; '=charging' is that form alone. The words next to each value were taken from WordNet's synsets and from
papers of electron microscopy, and checked one by one.
"""

from collections.abc import Mapping

PHRASES: Mapping[str, Mapping[str, str]] = {
    "category": {
        "biological": "biological, biology, ~tissue, ~bacteria, ~bacterium, living matter, biomaterial, "
        "organic tissue, bio specimen, life science specimen, animal tissue, organism, ~microorganism, "
        "bio material, living organism, living thing, living being, living material, living creature, "
        "biologic, bio sample, histological, histology, biospecimen, plant tissue, microbiological, life "
        "science sample",
        "fibres": "fibre, fibrous, microfibre",
        "films_coated_surface": "film, coating, coated surface, coated, thin film, film deposit, coat of",
        "mems_devices_electrodes": "mems, mems device, mems device and electrode, mems device electrode, "
        "microelectromechanical, micro electro mechanical, micromachined device, micromachine, micro device, "
        "micromechanical, micro mechanical, "
        "micro electromechanical, electromechanical microsystem, electro mechanical microsystem, microsystem, "
        "micro system, micro machined, micro machine, micromachining, micromechanism, micro mechanism",
        "nanowires": "nanowire, nano wire, "
        "nanoscale wire, nanosized wire, nano sized wire, nanometre thin wire, nanoscopic wire",
        "particles": "~particle, ~particulate, nanoparticle, microparticle, nano particle",
        "patterned_surface": "patterned surface, surface patterned, surface have be patterned, "
        "surface be patterned, surface with pattern, nanopatterned, micropatterned, "
        "patterned substrate, patterned wafer, patterned sample, patterned specimen, patterned area, "
        "lithographically patterned, surface pattern, surface carry a pattern, surface carry pattern, surface "
        "bear a pattern, pattern on the surface, pattern on a surface, structured surface",
        "porous_sponge": "porous, sponge, spongy, porous sponge, porosity, "
        "macroporous, mesoporous, open pored, porousness, sponginess",
        "powder": "powder, powdery, powder particle, powdered, pulverised, pulverized, pulverulent",
        "tips": "tip, probe tip, afm probe, scanning probe tip, "
        "stylus tip, spm probe, stm probe, afm needle, probe apex, probe needle, scanning tip",
    },
    "shape": {
        "cell": "~cell, ~cell body, blood cell, bacterial cell, bacterium, bacteria, erythrocyte, macrophage, "
        "yeast cell, cellular body, ~bacterium, ~microbe, leucocyte, leukocyte, lymphocyte, fibroblast, "
        "~coccus, ~cocci, amoeba, "
        "corpuscle, blood corpuscle, thrombocyte, phagocyte, neutrophil, monocyte, keratinocyte, hepatocyte, "
        "osteoblast, staphylococcus, streptococcus, staphylococci, streptococci, e coli, protozoan, protozoa, "
        "cyanobacteria, cyanobacterium, unicellular, single celled, sperm cell, spermatozoa, hela, yeast, "
        "haemocyte, platelet cell, myocyte, adipocyte, chondrocyte",
        "neurite": "neurite, neuron, neuronal, neural, axon, dendrite, dendritic, ~branch, ramify, nerve cell, "
        "nerve cell process, nerve process, nerve fibre, arborise, arborisation, ~fork, bifurcate, tree like, "
        "nerve, "
        "neurone, synapse, nerve ending, nerve network, neuritic, axonal, dendron, arborize, arborization, "
        "ramification, treelike, tree shaped, twig, bough, divaricate, nerve strand, nerve tissue, furcate, "
        "branchlet, "
        "~antler, ~river delta, ~root of a tree, ~tree root, ~lightning, ~roots of a tree",
        "pollen": "pollen, pollen grain, ~spine, spiny, spiky ball, spike covered, ~spike, ~spiked, ~thorn, "
        "microspore, anther, stamen, sporopollenin, ~prickly, ~prickle, echinate, ~burr, ~hedgehog, ~barbed, "
        "~bristly, ~spinous, ~sea urchin, ~urchin, hay fever, flower dust, ~spiky, ~thorny, "
        "~sea mine, ~morning star, ~conker, ~mace, ~horse chestnut",
        "diatom": "diatom, frustule, perforated shell, diatomaceous, siliceous shell, silica shell, ~alga, ~algae, "
        "diatomite, silica skeleton, siliceous skeleton, silica valve, siliceous valve, glass shell, glassy "
        "shell, shell of silica, shell of glass, skeleton of silica, siliceous alga, siliceous wall, silica "
        "wall, perforated valve, pierced shell, sieve like shell, ~plankton, ~phytoplankton, areolae, "
        "kieselguhr, siliceous microalgae, ~microalga, ~microalgae, glass like shell, silica box, silica case",
        "woven": "woven, weave, interweave, interwoven, interlace, warp, weft, ~cloth, ~fabric, over and under, "
        "over and under each other, over one another and under, basket weave, criss cross weave, braided cloth, "
        "twill, gauze, linen, wickerwork, wicker, basketwork, over one and under, "
        "above one neighbour and beneath, above one and below, over one neighbour and under, alternately over "
        "and under, alternate over and under, plain weave, over and below, above and below each other, over "
        "and beneath, weaved, interlacing, lattice of thread, "
        "on a loom, "
        "~sackcloth, ~burlap, ~denim, ~jeans, ~hessian, ~tweed, ~tablecloth, ~wicker basket, ~tapestry",
        "twisted": "=twisted, ~twist, rope, twine, intertwine, wind around, wound around, coil around, "
        "spiral around, helix, helical, plait, cord, entwine, corkscrew, ~spiral, braid, "
        "wrap around each other, wrapped around one another, intertwist, ~coil, "
        "wound round, wind round, wound about, wrapped round, coil round, twirl, double helix, helicoidal, "
        "twined, screw like, ~yarn, plied, curl around each other, torsion, cordage, skein, wind about each "
        "other, wound together, spun together, twist together, spin around each other, cable like, spirally, "
        "wrapped around each other, wind around each other, wreathe, "
        "~pigtail, ~dna, ~candy cane, ~ship rope, ~hawser, ~barley sugar",
        "single": "strand like, one solitary strand, monofilament",
        "flat": "~planar, ~two dimensional, "
        "table top, tabletop, flat as a, level film, pancake flat, planarity, flatness, dead flat, perfectly "
        "level, without relief, level as a",
        "layered": "layered, stack, terrace, laminate, lamellar, lamella, in layer, multilayer, multi layer, "
        "layer upon layer, layer on layer, layer lying on, series of layer, several layer, stratify, "
        "~on top of one another, ~on top of each other, ~on top of the other, pile, sheet upon sheet, "
        "sheet on sheet, stratum, strata, tier, multilayered, interlayered, successive layer, one layer on, "
        "laminar, lamination, bedded, sandwich, one on top of the other, one above the other, sheet lie one, "
        "layering, layer over layer, sheet over sheet, film upon film, coat upon coat, ply upon ply, page of "
        "a book, leaf of a book, leaves of a book, deck of card, superposed, superimposed layer, layer cake, "
        "overlie, stratification, puff pastry, plywood, one over the other, one atop the other, one on the "
        "other, bilayer, trilayer, double layer, slate like, onion like, ~=atop one another, one above "
        "another, one over another, one upon the other, sheet stacked, onion skin, layered structure, schist, "
        "slab upon slab, several stratum, "
        "layer by layer, built up in layer, "
        "~mille feuille, ~baklava, ~lasagne, ~stack of paper, ~stack of pancake, ~sheaf of paper, ~club "
        "sandwich",
        "wrinkled": "wrinkle, ~fold, crease, crumple, buckle, pucker, crinkle, corrugate like paper, ruck, rumple, "
        "~ripple, shrivel, crinkly, "
        "wrinkly, pleat, ~crimp, furl, rugose, rugosity, ~undulate, ~undulation, billow, scrunch, crumply, "
        "~wavy film, plicate, ruffle, crepe, crease like, wizened, prune, "
        "~unmade bed, ~elephant skin, ~crumpled paper, ~raisin, ~walnut, ~bedsheet, ~accordion, ~drapery, "
        "~curtain",
        "columnar": "columnar, ~column, column like, palisade, organ pipe, grown in column, basalt column",
        "comb": "comb, interdigitate, interlock finger, interdigital, interlocking finger, interlocked finger, "
        "interleaved finger, finger interlock, "
        "interdigitation, comb drive, finger mesh, mesh finger, finger engage, intermeshed finger, "
        "intermeshing finger, intermesh, finger reach between, finger reach into, alternating finger, "
        "opposing finger, comb like, meshing finger, interpenetrating finger, interpose finger, finger "
        "intertwine, finger of one side",
        "cantilever": "cantilever, overhanging beam, beam clamped at one end, beam fixed at one end, diving board, "
        "clamped beam, protruding beam, overhanging, "
        "springboard, spring board, diving platform, ~free end, beam anchored at one end, beam sticking out, "
        "beam projecting, projecting beam, beam protrude, beam project, suspended beam, overhang, unsupported "
        "end, beam held at one end, beam attached at one end, free hanging beam, jut out, beam stick out, one "
        "side clamped, clamped at one side, clamped at one end, clamped on one side, fixed at one end, fixed "
        "on one side, anchored on one side, anchored at one end, held at one end, supported at one end, "
        "attached at one end, single clamped, "
        "~=springboards, ~balcony",
        "electrode": "~electrode, ~contact pad, anode, cathode, microelectrode, "
        "~bond pad, ~bonding pad, ~metal pad, ~metal contact, ~gold contact, electrical contact, conducting "
        "track, conductor track, conductive track, ~gold pad, ~=pads, conducting path, ~metallic contact",
        "gear": "gear, gear wheel, gearwheel, toothed, cogwheel, cog wheel, cog, pinion, sprocket, cogged, "
        "toothed rim, ~teeth around, "
        "ratchet, clockwork, gearing, toothed wheel, wheel with teeth, wheel with tooth, ~teeth along, ~teeth "
        "on its, ~tooth around, ~ring of teeth, ~rim of teeth, clock wheel, spur gear, ~teeth round, ~tooth "
        "rim, ~tooth on its, ~tooth on the rim, ~teeth on the rim, ~teeth at its, ~tooth along, ~tooth at its",
        "straight": "straight, ~needle, rectilinear, unbent, needle like, "
        "ruler straight, ~linear, unbending, without bend, without any bend, without curvature, no curvature, "
        "dead straight, straightness, uncurved, ~spear, javelin, without kink, without a kink, without a "
        "bend, arrow straight, as an arrow, as a ruler, none bend, none of them bend, none curve, none of "
        "them curve, "
        "none of them be bend, none of them be curve, none be bend, none be curve, none of which be bend, "
        "no bend, not curve, not bend at all, no bend in them, "
        "~toothpick, ~arrow, ~knitting needle, ~ruler, ~laser beam, ~pins and needles",
        "curved": "curve, bend, curl, sinuous, arc, arch, wavy, bow, serpentine, curvy, curvilinear, ~crooked, "
        "loop, hooked, ~winding, crescent, banana, "
        "curly, ~curvature, ~kink, ~snake, ~worm, wiggle, wiggly, squiggle, squiggly, spaghetti, noodle, "
        "arcuate, flexuous, c shaped, s shaped, u shaped, ~sickle, sinusoidal, bendy, snaking, flexed, ~hook, "
        "bent over, wavelike, ~winding course, "
        "~=hairs, ~curls, ~ringlet, ~question mark, ~eel, ~lock of hair, ~boomerang, ~=swerves",
        "upright": "upright, =vertically upright, stand on end, stand up, ~=standing, erect, stand like grass, "
        "perpendicular to the substrate, normal to the substrate, perpendicular to the surface, on their end, "
        "vertical to the substrate, "
        "upstanding, at right angle to the substrate, at right angle to the surface, orthogonal to the "
        "substrate, orthogonal to the surface, perpendicular to the wafer, perpendicular to the base, "
        "perpendicular to the ground, vertical to the surface, normal to the surface, out of the plane, out "
        "of plane, ~rise from the substrate, ~rise from the ground, ~rise from the surface, project from the "
        "substrate, ~protrude from the substrate, grow out of the substrate, bristle of a brush, like a brush, "
        "blade of grass, like a lawn, tree in a forest, like a forest, stand vertically, rise vertically, "
        "grow vertically, stand proud, stand straight up, stalk, =stand like, perpendicularly, like corn in a "
        "field, corn field, wheat field, field of wheat, standing up, on its end, on end, "
        "~stick out of the substrate, ~like grass",
        "spherical": "spherical, spheric, globose, sphere, spheroidal, spheroid, globular, globule, ~ball, orb, "
        "microsphere, spherule, ~bead, ~pearl, ~marble, ~droplet shaped, ~ball shaped, ~globe, ~bubble like, "
        "orbicular, rotund, sphericity, billiard ball, cannonball, ping pong ball, ~pea, ~grape, globulous, "
        "sphere like, roundness, microball, ~berry, ball like, ~pellet, globularly, "
        "~orange like, ~caviar, ~tennis ball, ~football, ~snowball, ~cannon ball, ~ball bearing, ~bowling "
        "ball, ~planet, ~cherries, ~cherry, ~golf ball, ~orange shaped, ~roe",
        "faceted": "facet, polyhedral, polyhedron, polyhedra, crystal like, ~cubic, ~cube, ~octahedral, "
        "~octahedron, ~octahedra, euhedral, crystal face, crystal facet, plane face, flat face, "
        "well formed crystal, many sided, "
        "~polygonal, crystal habit, flat side, planar face, planar facet, plane facet, crystallographic face, "
        "crystal plane, gemstone, gem, jewel, ~dice, ~cuboid, cuboctahedral, cuboctahedron, dodecahedron, "
        "dodecahedral, icosahedron, icosahedral, ~tetrahedron, ~tetrahedral, polyhedric, idiomorphic, many "
        "faced, prism, prismatic, sugar cube, hexahedral, hexahedron, well developed face, bounded by flat, "
        "bounded by plane, ~box shaped, ~brick shaped, crystal shape, cut diamond, smooth face and, flat "
        "plane, plane side, planar side, multi faced, multifaceted, "
        "~brilliants, ~jeweller, ~jeweler, ~cut stone, ~rock sugar, ~rock candy, ~salt grain, ~grain of salt, "
        "~planes and edges, ~salt crystal",
        "rod": "rod, rodlet, ~bacillus, ~cylindrical, ~cylinder, baton, bar shaped, "
        "cigar, sausage, pencil shaped, pencil like, baguette, grain of rice, rice grain, ~oblong, elongated "
        "particle, elongate particle, matchstick, match stick, stick like, =sticks, little stick, small "
        "stick, short stick, tiny stick, bacilliform, pill shaped, capsule shaped, capsule like, hot dog, "
        "cylindric, prolate, rice like, stick shaped, bar like, rodlike, chopstick, "
        "~cigarette, ~french loaf, ~=logs, ~pencils, ~frankfurter, ~=batons, ~=pills, ~torpedo",
        "lines": "~~=line, ~~=lines, ~stripe, grating, line grating, parallel line, striped, line pattern, "
        "line and space, "
        "striping, zebra, trench, ~=strips, parallel strip, parallel bar, parallel track, parallel trench, "
        "line array, array of line, bars and spaces, ~rail, ~stripy, lines and spaces, "
        "~zebra crossing, ~venetian blind, ~=blinds, ~picket fence, ~pinstripe",
        "holes": "~hole, perforate, ~perforation, ~=apertures, punched, pierced, ~borehole, ~=openings, pierce, "
        "punch, hole pattern, drilled, "
        "sieve, drill, bore, bored, through hole, swiss cheese, colander, puncture, ~orifice, ~microwell, "
        "~=wells, ~=vias, ~circular opening, riddled with hole, "
        "~strainer, ~pegboard, ~emmental, ~salt shaker",
        "pillars": "pillar, post, =studs, ~pin, ~peg, bollard, "
        "=poles, =towers, =stumps, =stubs, =pegs, obelisk, pylon, stud array, ~=stems, ~pedestal, ~=mesas, "
        "~bed of nails, ~skittles, ~=bollards, ~hairbrush, ~chimney",
        "checkerboard": "checkerboard, chessboard, checker board, chess board, =chess, chequered, chequerboard, "
        "draughtboard, alternating square, alternate square, square alternate, draughts board, chequer, "
        "chessboard like, "
        "checkered, chequerwork, dark and bright square, bright and dark square, light and dark square, black "
        "and white square, dark and light square, square of alternating, chess pattern, checker, check "
        "pattern, draughts, square field alternate",
        "foam": "foam, foamy, froth, frothy, ~bubble, bubbly, suds, lather, "
        "soap bubble, soap foam, shaving cream, beer, whipped cream, spume, soapsuds, meringue, foamed, "
        "bubble bath, cappuccino, effervesce, "
        "~aerated chocolate, ~champagne, ~soap",
        "honeycomb": "honeycomb, beehive, hexagonal, hexagon, six sided compartment, six sided cell, comb of bee, "
        "hive, =bees, "
        "six cornered, honeycombed, wax comb, wasp nest, hexagonal cell, six sided, ~=bee, six edged, "
        "hexagonal chamber, "
        "~chicken wire",
        "labyrinth": "labyrinth, labyrinthine, maze, mazy, ~meander, winding channel, winding passage, "
        "convoluted channel, tortuous channel, ~convoluted, ~tortuous, corridor, ~winding passage, "
        "warren, catacomb, twisting passage, twisting channel, tangled channel, winding path, crooked "
        "channel, wormhole, worm hole, wandering channel, snaking channel, brain like, brain coral, "
        "~convolute, burrow, winding corridor, winding tunnel, tunnel system, crooked passage, bent channel, "
        "curved channel, twisting corridor, twisted channel, sinuous channel, serpentine channel, intricate "
        "channel, "
        "~intestine, ~gut, ~coral, ~brain, ~anthill, ~termite",
        "clumped": "clump, clumpy, lump, lumpy, cake, cauliflower, caked, clod, nodular, chunk, nugget, lump together, "
        "clot, chunky, boulder, popcorn, nodule, cotton ball, ~potato, lump of, ~=gobs, ~=blobs, clotted, "
        "crumbly lump, chunk like, clump like, compact lump, "
        "~cottage cheese, ~broccoli, ~dough, ~curd, ~granola, ~crumble, ~clinker",
        "flaky": "flake, flaky, leaf like, platelet, plate like, platy, scale like, leaflet, petal, flakelet, "
        "lamina like, cornflake, wafer thin plate, ~lamella like, leafy, foliate, ~scaly, flat platelet, "
        "leaf shaped, plate shaped, thin plate, sheet like, ~thin sheet, mica, micaceous, confetti, "
        "snowflake, fish scale, potato chip, ~tabular, foliaceous, sheetlike, ~flattened, chip like, wafer "
        "like, scale shaped, flat leaf, ~thin leaf, thin leaves, lamina, ~shingle, ~crisps, "
        "small plate, little plate, "
        "~oat flake, ~fallen leaf, ~fallen leaves, ~autumn leaf, ~autumn leaves, ~scrap of paper, ~piece of "
        "paper, ~bran, ~sequin, ~glitter, ~paillette",
        "shard": "shard, splinter, ~jagged, sliver, broken glass, crushed glass, smashed, shatter, ~fragment, "
        "angular fragment, sharp edged piece, sharp edged fragment, sharp cornered, ~angular, "
        "splintery, broken piece, ~crushed, chipping, sharp angled, sharp pointed fragment, knife edged, "
        "angular grain, angular piece, ~ragged, broken bottle, potsherd, broken china, broken pottery, acute "
        "angled, cullet, broken porcelain, sherd, pointed fragment, sharp fragment, sharp piece, broken edge, "
        "broken up, sharp splinter, broken crockery, sharp corner, ~pointed corner, comminuted, "
        "~broken window, ~ice floe, ~flint, ~broken plate, ~crockery",
        "cone": "cone, conical, conic, cone shape, taper conical, taper to a point, tapering to a point, ~~taper, "
        "ice cream cone, funnel, carrot, narrow to a point, narrow down to a point, narrow steadily, "
        "narrowing to a point, narrow evenly, traffic cone, party hat, witch hat, sharpened pencil, pencil "
        "point, spire, coniform, ~circular cross section, conoid, ~round base, "
        "~ice cream, cornet, ~church spire, ~sugar loaf, ~wigwam, ~limpet",
        "pyramid": "pyramid, pyramidal, ~four sided, triangular face, "
        "four triangular, ~square base, four flat side, four plane side, four face, four facet, four flank, "
        "four plane, giza, cheops, egyptian, four sloping, square pyramid, ~four cornered base, four flat "
        "face, three sided pyramid",
        "wire": "~~wire, thread like, wiry, ~thin as a thread, hair thin, ~hair like, "
        "wire like, wire shaped, thin wire, single wire",
    },
    "coverage": {
        "sparse": "sparsity, thin strewn, thin scattered, thin spread, thinly, scarce, few and far between, scant, "
        "almost empty, nearly empty, mostly empty, largely empty, mostly bare, be bare, being empty, "
        "mainly empty, most empty, only a few structure, only few structure, few structure only, "
        "loosely spread, sporadic, sporadically, few in number, handful, otherwise empty, empty field, "
        "thinly distributed, low density, here and there, isolated few, much empty space, lot of empty space, "
        "scattered thinly, sparsely populated, thinly populated, barely populated, scarcely populated, "
        "scattering of, thin scattering, widely scattered, wide apart, widely spaced, mostly substrate, "
        "mostly background, great deal of empty, plenty of empty, bare substrate, "
        "thin out, thinned out, meagre, meager, lightly covered, lightly populated, thinly covered, hardly "
        "populated, hardly occupied, hardly covered, scarcely covered, barely covered, barely occupied, "
        "scarcely occupied, largely bare, largely free, mainly bare, mainly background, almost bare, nearly "
        "bare, practically empty, almost vacant, mostly free, mostly vacant, mostly blank, mostly unoccupied, "
        "spread thin, far between, dotted about, dotted here and there, only a handful, only a couple, a "
        "sprinkling, sprinkling of, uncrowded, underpopulated, loosely populated, much bare, lot of bare, "
        "lots of bare, lots of empty, lots of free, lot of free, much free, plenty of free, plenty of bare, "
        "vast empty, large empty, wide empty, wide bare, large "
        "bare, low number, small number of structure, scarcity, scantily, sparseness, "
        "sprinkled thinly, one here and one there, isolated structure here and there, largely unoccupied, "
        "largely vacant, few in the frame, hardly anything in, next to nothing in, room to spare, "
        "mostly empty ground, only few, only isolated, hardly any structure, "
        "loosely scattered, thinly sown, thinly dispersed, widely dispersed, widely separated, countable on "
        "one hand, count on one hand, count on the fingers, "
        "not many structure, not many, not a lot of structure, no great number, only a small number, in small "
        "number, low in number, small in number, only a very few, hardly a structure, not much to be seen, "
        "little be covered, little of the field be covered, "
        "only two or three, only one or two, only three or four, just two or three, just one or two, almost "
        "devoid of structure, nearly devoid of structure, almost devoid of object, almost devoid of particle, "
        "thin on the ground, hardly anything lie, hardly anything be, hardly anything to be seen, "
        "needle in a haystack, like island in an ocean",
        "dense": "densely packed, closely packed, close packed, tight packed, tightly packed, crowd, crowded, "
        "pack, compact pack, heavily covered, fill nearly the whole, fill almost the whole, fill the whole, "
        "fill the entire, cram, teem, throng, packed together, no free space, hardly any free space, "
        "hardly any space, little free space, no empty space, little empty space, hardly any empty space, "
        "almost no free space, hardly any room, no room, completely covered, fully covered, entirely covered, "
        "almost completely covered, packed, jam, no space, carpet, swarm, jam packed, covered all over, "
        "cover all over, packed closely, closely spaced, chock full, brim, brimming, tight against each other, "
        "cheek by jowl, populous, overcrowd, shoulder to shoulder, heavily populated, densely populated, "
        "chock a block, thickly, congested, congestion, sardine, packed full, tight packing, close "
        "packing, complete coverage, full coverage, total coverage, wall to wall, bumper to bumper, blanket, "
        "blanketed, overrun, overgrown, completely filled, entirely filled, fully filled, almost completely "
        "filled, almost entirely filled, completely full, full to the brim, fully occupied, completely "
        "occupied, fully packed, hardly a free spot, hardly a gap, barely a gap, scarcely a gap, no free "
        "spot, no free place, hardly any empty, hardly any bare, barely any bare, barely any free, barely any "
        "space, barely any empty, scarcely any bare, scarcely any free, scarcely any space, scarcely any "
        "empty, scarcely any room, barely any room, almost no bare, almost no empty, almost no space, next to "
        "no space, next to no free, stuffed, filled completely, filled entirely, elbow to elbow, cover "
        "everything, fill everything, brimful, heavily packed, heavily occupied, tightly filled, filled to "
        "capacity, filled from edge to edge, covered from edge to edge, fill every corner, cheek to cheek, no "
        "bare, no gap in the coverage, bustling, thronged, no empty spot, hardly an empty, no "
        "spare room, tight together, squeezed together, crowding, impenetrable, dense crowd, completely "
        "covers, closely set, tightly set, thick on the ground, covered in full, filled to the edge, fill it "
        "completely, fill it entirely, occupy it completely, cover it completely, occupied almost completely, "
        "great number, large number of structure, in large number, high number, many structure, numerous "
        "structure, abundance of structure, fill with structure, full of structure, full of particle, filled "
        "with particle, plenty of structure, abundant structure, high packing, "
        "hide the substrate, hide the ground, hide the background, conceal the substrate, substrate be "
        "hidden, ground be hidden, background be hidden, crowd the field, "
        "tin of sardine, like a crowd, standing room only, tightly knit, close knit, rush hour",
        "moderate": "moderately dense, half covered, partially covered, partly covered, medium dense, fairly covered, "
        "half filled, half full, half empty, half occupied, partial coverage, partly filled, partially "
        "filled, partly occupied, partially occupied, neither sparse nor dense, neither dense nor sparse, "
        "neither empty nor full, neither full nor empty, neither crowded nor empty, neither empty nor "
        "crowded, neither sparse nor crowded, neither crowded nor sparse, neither sparsely nor densely, "
        "neither densely nor sparsely, moderately covered, moderately filled, moderately populated, "
        "moderately crowded, moderately packed, moderately occupied, moderately full, medium filled, medium "
        "covered, fairly populated, between sparse and dense, between dense and sparse, neither packed nor "
        "empty, neither full nor bare, half and half, middle density, neither thin nor dense, neither low nor "
        "high in coverage, "
        "fair share of the area, fair share of the field, fair part of the field, fair part of the area, fair "
        "amount of the field, fair portion of the",
    },
    "arrangement": {
        "ordered": "ordered, orderly, well ordered, even spaced, equally spaced, equal spaced, regularly spaced, "
        "regular spaced, regularly arranged, regular arranged, equidistant, periodic, periodicity, grid, "
        "row and column, in row and column, row and file, neat row, at regular interval, at even interval, "
        "at equal interval, even interval, systematic, in file, in rank and file, rank and file, in row, "
        "in straight row, square lattice, regular lattice, hexagonal lattice, regular array, ordered array, "
        "in regular row, neatly aligned, neat, tidy, array like, in line and row, lined up, line up, "
        "regimented, symmetrical, in line, in straight line, in parallel row, well arranged, "
        "at constant distance, at the same distance, at fixed distance, repeat at, repeating pattern, matrix "
        "arrangement, "
        "repetitive, aligned in row, equispaced, "
        "regularity, orderliness, arrayed, arranged in row, set in row, in column, in neat column, column and "
        "row, on a lattice, on a grid, on a regular grid, gridded, gridlike, grid like, lattice like, at "
        "equal distance, at equal spacing, at regular distance, at regular spacing, at even spacing, at even "
        "distance, marshalled, like soldier, soldier on parade, in formation, methodical, geometric order, "
        "geometric pattern, well organised, well organized, tessellate, tiled, row by row, row upon row, row "
        "after row, in perfect row, translational symmetry, hexagonally packed, hexagonally arranged, "
        "hexagonal packing, hexagonal arrangement, hexagonal grid, hexagonal array, square grid, square "
        "array, square arrangement, rectangular grid, rectangular array, equally distributed, evenly placed, "
        "evenly arrayed, regularly placed, regularly distributed, regularly set, regularly positioned, evenly "
        "positioned, at constant spacing, constant pitch, fixed pitch, uniform pitch, regular pitch, even "
        "gap, equal gap, regular gap, uniform spacing, regularly repeating, regularly repeated, repeat "
        "regularly, repeat periodically, matrix of pillar, matrix of hole, like seat in a theatre, aligned in "
        "column, like a military parade, like tile, in a row, in rank, line up neatly, parade, as if on a "
        "grid, strict order, good order, perfect order, clear order, long range order, recur at "
        "regular, at a constant distance, at a fixed distance, at a regular distance, at the same interval, "
        "at a fixed interval, at constant interval, at fixed interval, planned layout, chequerboard order, "
        "chessboard fashion, like an orchard, like a vineyard, clockwork regularity, drilled into line, egg "
        "box, like eggs in a box, egg carton",
        "clustered": "cluster, flocculate, agglomerate, agglomeration, aggregate, aggregation, group, gather, "
        "bunch, huddle, congregate, assemble in group, flock together, clump together, conglomerate, "
        "bundle together, bundled, heap, cling together, stuck together, group together, accumulate, "
        "accumulation of particle, bunched, island of, come together, gang, swarm together, "
        "coagulate, coagulated, colony, colonies, in island, into island, islet, amass, "
        "in bunch, nest together, nestle together, mass together, massed together, massed, "
        "pile up, in pile, constellation, club together, band together, drawn together, in pocket, form "
        "island, form heap, lump together in, pool together, clubbed "
        "together, into a knot, in knot, in flock, in swarm, in colony, in batch, agglomerative, crowd "
        "together, crowded together, assemble into, assembled into, collect in, collected in, collect into, "
        "cluster up, in little heap, pack together in, in tight knot, local concentration, in herd, "
        "gathering, conglomeration",
        "random": "random, haphazard, haphazardly, disorder, disordered, unordered, chaotic, chaos, stochastic, "
        "arbitrary, arbitrarily, irregularly placed, irregularly arranged, irregular placed, "
        "irregularly distributed, irregular distributed, without order, higgledy piggledy, helter skelter, "
        "no order, by chance, without any order, without pattern, no discernible order, no particular order, "
        "no apparent order, no recognisable order, no visible order, without recognisable order, "
        "without discernible order, jumble, all over the place, without rhyme, without any pattern, "
        "unstructured, erratic, unsystematic, unsystematically, no pattern, no system, without system, "
        "at random, no discernible pattern, no recognisable pattern, no regularity, without regularity, "
        "lack of order, strewn about, without visible order, without discernible pattern, follow no, "
        "randomness, disorderly, mess, mishmash, hodgepodge, anyhow, any old how, any which way, hit "
        "or miss, aimless, by accident, like dice, like confetti, pell mell, topsy turvy, aperiodic, "
        "nonperiodic, without periodicity, no periodicity, no long range order, no rule, without rule, "
        "without any rule, without plan, without any plan, no plan, without any system, no scheme, no "
        "lattice, nothing regular, nothing orderly, as if thrown, as if scattered, as "
        "if dropped, as if strewn, as though thrown, as though scattered, as though dropped, as though "
        "strewn, as if someone had thrown, willy nilly, indiscriminate, indiscriminately, unpredictable, "
        "unpredictably, jumbled, scattered without, spread without, disarray, disarranged, disorganised, "
        "disorganized, unorganised, unorganized, lack of pattern, lack of regularity, lack any order, lack "
        "order, lack any regularity, devoid of order, devoid of any order, in no order, in no particular, in "
        "no structure in their arrangement, like spilled, like spilt, no "
        "recognisable arrangement, no obvious order, without obvious order, no obvious pattern, no clear "
        "order, no clear pattern, no particular pattern, no visible pattern, no system in, without any "
        "particular order, without any recognisable order, without any recognisable "
        "pattern, without any recognisable rule, without any discernible order, without any discernible "
        "pattern, without any discernible rule, no repeating, not follow any, not obey any, by pure chance, wherever "
        "they fell, where they fell, no preferred position, no arrangement, no sign of order, no trace of "
        "order, absence of order, devoid of pattern, higgledy, "
        "as if tossed, as if flung, as if poured, as though tossed, as though flung, chance decide, left to "
        "chance, pure chance, mere chance, tossed onto, "
        "mikado, pick up stick, spillikins, like spilled rice, dropped at random, in a muddle, "
        "muddle, muddled together",
    },
    "uniformity": {
        "uniform": "little variation, little variability, little spread, minor variation, slight variation, "
        "negligible variation, little difference in size, "
        "monodisperse, unvarying, monodispersed, like the next in size, "
        "uniform sized, equal sized, equally sized, same sized, equally large, equally big, "
        "as large as the next, as big as the next, of one size, all the same, one size, as big as the other, "
        "as large as the other, as small as the other, as big as its neighbour, as large as its neighbour, "
        "vary little, vary only little, differ little, even sized, same diameter, no two differ, size match, "
        "alike in size, all equally, "
        "all equally large, all equally big, all equally small, all equally long, all equally sized, all "
        "equally wide, equisized, no variation in size, no size variation, without variation in size, like "
        "pea in a pod, pea in a pod, cast from one mould, from the same mould, from one "
        "mould, cookie cutter, sized alike, of a size, all of one, one and the same size, equal dimension, "
        "single size, only one size, just one size, same large, equally tall, equally long, equally small, "
        "equally wide, equally thick, same length, same width, same height, same dimension, match in size, "
        "matched in size, matching in size, as long as the next, as tall as the next, not differ in size, "
        "hardly differ in size, uniform population, clone, carbon copy, twin, standardised, standardized, "
        "size do not vary, unchanging size, every one the same size, each as big as, each as large as, "
        "isodiametric, "
        "same thickness, "
        "evenly big, evenly large, evenly small, uniformly big, uniformly large, uniformly small, uniformly "
        "tall, evenly tall, identically sized, uniformly thick, evenly thick, as like as",
        "varied": "polydisperse, polydispersed, all size, every size, mixture of size, mix of size, "
        "from small to large, from large to small, from tiny to large, range from small, not all the same, "
        "size vary, of all size, all shape and size, of all kind of size, no two alike, "
        "no two of the same size, no two are the same size, no two are alike, no two of them are alike, "
        "differing size, assorted size, unlike in size, big and small, large and small, small and large, "
        "both small and large, small and big, little and big, "
        "polydispersity, all sort of size, all manner of size, heterodisperse, motley, ranging from small, "
        "ranging from tiny, range from tiny, ranging in size, range in size, tiny and huge, huge and tiny, "
        "bimodal, multimodal, mixed size, unequally sized, variously sized, differently sized, unevenly "
        "sized, odd sized, variable sized, no single size, no uniform size, no common size, not of the same "
        "size, not of one size, dwarf next to giant, giant next to dwarf, dwarf beside giant, giant beside "
        "dwarf, giant and dwarf, dwarf and giant, small next to large, large next to small, big next to "
        "small, small next to big, tiny next to huge, huge next to tiny, tiny next to large, large next to "
        "tiny, small beside large, large beside small, big beside small, small beside big, from the tiny to "
        "the, from the small to the, from small to big, from big to small, from tiny to huge, from tiny to "
        "big, from very small to, from minute to, size range widely, many different size, several size, "
        "multiple size, variety of size, diversity of size, size class, different diameter, "
        "different dimension, tall and short, short and tall, thick and thin, thin and thick, large one and "
        "small one, small one and large one, big one and small one, small one and big one, mixed bag, all "
        "over the place in size, size scatter, each of a different, each a different, each have its own size, "
        "each has a different, polydispersive",
    },
    "direction": {
        "horizontal": "left to right, right to left, side to side, from the left to the right, "
        "parallel to the bottom, parallel to the lower edge, parallel to the top, parallel to the upper edge, "
        "to the right, to the left, sideways, left edge to the right, left to the right, across from left, "
        "from one side to the other, leftward, rightward, parallel to the horizontal, horizontally aligned, "
        "across the image from left, across the frame from left, lengthwise across, left border to the right, "
        "left hand border, left hand side to the right, left side to the right, level with the bottom, "
        "east to west, west to east, along the x axis, along the x direction, x direction, in x direction, "
        "parallel to the x axis, horizon, parallel to the lower and upper, parallel to the top and bottom, "
        "parallel to the bottom and top, parallel to the upper and lower, parallel to the base, parallel to "
        "the horizontal edge, enter from the left, enter from the right, come from the left, come from the "
        "right, come in from the left, come in from the right, point left, point right, edgeways, right edge "
        "to the left, right to the left, right side to the left, left edge to right edge, "
        "left margin to the right, right margin to the left, left rim to the right, parallel to its bottom, "
        "parallel to its lower, parallel to its top, parallel to its upper",
        "vertical": "top to bottom, bottom to top, straight down, straight up, downward, upward, point down, "
        "point up, up and down, from the top to the bottom, from the bottom to the top, to the bottom, "
        "to the top, parallel to the left edge, parallel to the right edge, parallel to the side, "
        "top edge to the bottom, parallel to the vertical, from the upper edge to the lower edge, "
        "from the upper to the lower, top of the frame to the bottom, top of the image to the bottom, "
        "upper border to the lower, downwards, upwards, "
        "north to south, south to north, along the y axis, along the y direction, y direction, parallel to "
        "the y axis, plumb, parallel to the left, parallel to the right, parallel to its left, parallel to "
        "its right, parallel to the vertical edge, parallel to the lateral edge, parallel to the side edge, "
        "hang down, enter from the top, enter from the bottom, come from the top, come from the bottom, come "
        "in from the top, come in from the bottom, ceiling to floor, floor to ceiling, "
        "head to foot, from top edge, bottom edge to the top, from the bottom edge, from the lower edge to "
        "the upper, from the lower to the upper, upper edge to lower edge, top edge to bottom edge, top "
        "margin to the bottom, upper margin to the lower, lower border to the upper, skyward, heavenward, "
        "above to below, from above to below, plumb line",
        "diagonal": "slant, slanted, slanting, corner to corner, 45 degree, 45 °, 45 deg, corner to the opposite, "
        "aslant, slantwise, slope, sloping, askew, at an angle of 45, catercorner, cornerwise, "
        "from one corner, from corner, "
        "at a slant, at an oblique angle, on the bias, 45 degrees, forty five degree, 135 degree, northeast, "
        "northwest, southeast, southwest, north east, north west, south east, south west, "
        "neither horizontal nor vertical, neither vertical nor horizontal, between horizontal and vertical, "
        "halfway between horizontal and vertical, opposite corner, like a slash, run at an angle, lie at an "
        "angle, runs at an angle, oriented at an angle, aligned at an angle, towards the opposite, to the "
        "opposite corner, angled, slantingly, on a slant, tilted, bottom left to top right, cater corner, "
        "aslope, kitty corner",
    },
    "texture": {
        "granular": "granular, granulate, gritty, sandpaper, pebbly, granularity, ~sand, sand grain, sandy, grit, "
        "fine grained, coarse grained, covered with grain, covered in grain, graininess, sugar like, pebbled, "
        "grain covered, grainlike, coarse grain, fine grain, covered with fine grain, powdery surface, "
        "granulated, granulose, nubbly, nubby, knobbly, gravelly, gravel, mealy, sugary, shagreen, pimply, "
        "pimpled, stippled, =grained, emery, emery paper, abrasive paper, pebble, cobbled, cobblestone, "
        "semolina, couscous, orange peel, sugar grain, like sugar, like salt, small grain on the surface, "
        "grain on the surface, full of grain, dotted with grain, studded with grain, composed of fine grain, "
        "gritted, pebbledash, "
        "covered with tiny grain, covered with small grain, covered by fine grain, covered in fine grain, "
        "covered in tiny grain, sprinkled with grain, "
        "~toad skin, ~orange skin, ~orange peel, ~goose flesh, ~goose pimple, ~goosebump, ~couscous, "
        "~breadcrumb",
        "smooth": "surface without relief, surface without any relief, surface show no relief, surface have no relief",
        "ridged": "ridge, groove, furrow, corrugate, rib, ribbed, striate, striation, fluted, ploughed, rill, "
        "ribbing, rippled surface, corrugation, grooving, washboard, "
        "fluting, ridgy, corduroy, vinyl record, gramophone record, ploughed field, plowed, tyre tread, "
        "crested, crest and trough, parallel score, channelled, =grooved, fingerprint, crest and "
        "valley, fin like, =ribbing, wavy surface, ridge and valley",
    },
    "defect": {
        "cracks": "crack, cleft, fissure, crevice, fracture, fracture line, hairline, crack line, craze, "
        "split open, torn, rupture, rift, crackle, fracture surface, cracking, "
        "cranny, chink, =tears, mud crack, dried mud, dry mud, parched, crevasse, chasm, breakage, break "
        "line, thin break, fine break, =splits, fracturing, network of break, dried up earth, dry earth, "
        "crackled, =ruptures, split in the, hairline break, broken open, gape, gaping",
        "pits": "pit, pitting, pockmark, pocked, dimple, crater, pockmarked, small cavity, pinhole, indentation, "
        "small depression, small hole in the surface, dent, crater like, cavity in the surface, "
        "pock, small hollow, tiny hollow, shallow hollow, =hollows, =depressions, tiny depression, shallow "
        "depression, craterlet, divot, etch pit, corrosion pit, pothole, moon like, lunar, like the moon, "
        "=dips, =dents, indent, indented, small hole in it, tiny hole in the surface, =nicks, eaten away, "
        "moon surface, surface of the moon",
        "debris": "debris, rubble, junk, dirt, dust, contamination, contaminate, contaminant, detritus, dirty, "
        "foreign matter, foreign particle, dust particle, dirt particle, debris particle, "
        "contamination particle, contaminant particle, residue, speck of dirt, soil, rubbish, litter, "
        "stray particle, loose particle, foreign body, foreign bodies, filth, grime, foreign material, "
        "dust grain, contaminated, impurity particle, bit of dirt, particle of dirt, scrap, speck of dust, "
        "crumb, leftovers, impurity on, "
        "dusty, lint, fluff, foreign object, foreign speck, muck, soot, remnant, stray bit, stray crumb, "
        "stray piece, stray fragment, stray flake, loose bit, loose fragment, loose piece, loose matter, "
        "loose flake, swarf, shaving, filing, trash, garbage, unwanted particle, adhering particle, adhering "
        "dirt, polluted, pollution, pollutant, unclean, not clean, stray dust, dust mote, mote, foreign "
        "substance, soiling, soiled, bit of dust, bits and pieces, stray grain, stray speck, alien particle, "
        "extraneous, extraneous matter, extraneous particle, leftover, foreign fragment, foreign stuff, "
        "particulate contamination, strange particle, fuzz on it",
        "none": "flawless, unflawed, pristine, intact, unblemished, undamaged, immaculate, spotless, faultless, "
        "uncracked, unscathed, defect free, perfect condition, without blemish, free from blemish, unharmed, "
        "undisturbed surface, unbroken, in perfect condition, nothing be damaged, without fault, without flaw, "
        "free of fault, sound condition, "
        "nothing wrong, unspoilt, unspoiled, mint condition, impeccable, without a scratch, without a flaw, "
        "without a blemish, without a mark, blemish free, fault free, flaw free, damage free, in good "
        "condition, in excellent condition, in good shape, in perfect shape, in perfect state, in good state, "
        "good as new, undefective, nothing amiss, nothing to complain, unimpaired, untouched by damage, whole "
        "and sound, nothing defective, nothing damaged, unmarred, unscarred, not a single flaw, not a single "
        "defect, perfect surface, nothing broken, as good as new, safe and sound, no wear, non defective, "
        "defectless, nothing to fault, nothing to criticise, perfectly preserved, well preserved, "
        "sound surface, nothing disturb the surface, nothing mar the surface, nothing spoil the surface",
    },
    "contact": {
        "touching": "touch, in contact, contact with each other, contact with one another, abut, adjoin, "
        "contact each other, contact one another, direct contact, mutual contact, make contact, "
        "in mutual contact, edge to edge contact, share edge, contiguous, come into contact, have contact, "
        "contact between, butt, butt against, meet each other, bump into, rub shoulder, lean against, "
        "press against, in touch, stuck to each other, joined to each other, touch each other, side touch, "
        "adhere to each other, adhere to one another, stick to each other, without gap, without any gap, "
        "leave no gap, no gap, no space between them, border on each other, "
        "fuse, fused together, merge with, merge into one another, merge into each other, coalesce, "
        "coalescence, grown together, grow together, grown into, grow into one another, grow into each other, "
        "necking, =sintered, sintered together, joined together, join up, attached to each other, attached to one "
        "another, connected to each other, connected to one another, connected with each other, connected "
        "with one another, interconnected, interconnect, linked together, linked to each other, linked to one "
        "another, glued together, weld, welded together, bonded together, press together, pressed together, "
        "lean on each other, rest on each other, rest against each other, rest against one another, back to "
        "back, flank to flank, side against side, without space between, without separation, no "
        "separation, run into each other, run into one another, bordering on, nestle against, brush against, "
        "kissing, contacting, meet one another, no distance between, touching point, point of contact, "
        "contact point, stuck to one another, stick to one another, lie against each other, lie against one "
        "another, up against each other, up against one another, push against, joined to one another, without "
        "any space between, leave no space between, no room between, cohere, "
        "=joined, they meet, where they meet, meet their",
    },
    "phases": {
        "one": "monophasic, monophase, monophased, one material only, single material, single component, "
        "only one component, of one piece, "
        "one and the same material, one material, just one material, only one material, one constituent, only "
        "one constituent, single constituent, just one constituent, one component, just one component, one "
        "substance, single substance, one kind of material, one type of material, one sort of material, same "
        "material, same substance, chemically homogeneous, chemically uniform, compositionally homogeneous, "
        "compositionally uniform, uniform in composition, homogeneous in composition, same composition, "
        "uniform composition, phase pure, phase purity, nothing else mixed in, unmixed, monocomponent, mono "
        "phase, mono phasic, all of one material, of one and the same, one single material, only a single "
        "material, one ingredient",
        "two": "biphasic, diphasic, dual phase, phase separation, ~inclusion, biphase, diphase, two material, "
        "two component, two kind of material, two constituent, two different material, second component, "
        "second material, second constituent, brighter patch, brighter spot, brighter region, brighter area, "
        "brighter island, brighter zone, "
        "composite of, composite material, a composite, another material, other material, second substance, "
        "two substance, two compound, two "
        "ingredient, segregate, segregation, duplex, heterophase, two kind of matter, two type of material, "
        "two sort of material, bi phasic, bi phase, brighter phase, darker phase, brighter domain, "
        "brighter inclusion, bright inclusion, ~precipitate, further material, further phase, other "
        "substance, different substance, brighter material, brighter grain inside, demixed, material of "
        "different brightness, brighter matter, matrix and inclusion, in a matrix, in the matrix, in a darker "
        "matrix, in the darker matrix, in a dark matrix, than the matrix, second kind of material, two "
        "different constituent, mixture of two, lighter phase, lighter domain, lighter patch, lighter spot, "
        "lighter area, lighter region, lighter zone, lighter island",
    },
    "contrast": {
        "low": "lack of contrast, ~difference between the grey, grey on grey, dull grey, "
        "monotonous grey, "
        "all grey, only grey, uniformly grey, everything be grey, everything grey, hardly stand out, barely "
        "stand out, scarcely stand out, hardly distinguishable from the, barely distinguishable from the, "
        "hardly differ from the background, barely differ from the background, scarcely differ from the "
        "background, fade into the background, merge into the background, merge with the background, melt "
        "into the background, blend into the background, blend in with the background, blend with the "
        "background, drab, low dynamic range, grey soup, grey in grey, all in grey, neither black nor white, "
        "neither deep black nor, no real black, no true black, poor in contrast, contrast poor, hardly set "
        "off, lack punch, shade of grey only, little to tell, hardly contrast, barely contrast, washy, "
        "same grey, one grey, uniform grey, single grey, same shade of grey",
        "high": "rich in contrast, full of contrast, contrasty, contrast rich, plenty of contrast, "
        "lot of contrast, punchy, strong tonal, stark light and dark, "
        "stand out clearly, stand out strongly, stand out sharply, stand out starkly, stand out boldly, "
        "clearly stand out, strongly stand out, deep black and, black to white, from black to white, from "
        "deep black to, black to pure white, black next to, blacks and whites, deep black next to, "
        "chiaroscuro, high dynamic range, set off strongly, clearly set off, strongly set off, glaring white, "
        "blazing white, brilliant white, pure black to pure white, pure black and pure white, strikingly "
        "contrasted, well contrasted, strongly contrasted, highly contrasted, rich contrast, contrastful, "
        "full of punch, true black, jet black and, "
        "blacks be deep, whites be bright, blacks be black",
    },
    "focus": {
        "sharp": "in focus, focused, well resolved, in sharp focus, tack sharp, pin sharp, crystal clear, "
        "focussed, bring into focus, brought into focus, "
        "clear cut, clean cut, focus be right, focus be spot on, sharply defined, sharply resolved, finely "
        "resolved, clearly resolved, crisply resolved, knife sharp, focal plane be hit, spot on focus, in "
        "perfect focus, in good focus, in clear focus, pinpoint sharp, resolved sharply, sharp as a tack, "
        "sharp as a knife, sharp as a razor, razor edged, hit the focus, nail the focus, well adjusted focus, "
        "focus have be hit, focus be hit, precisely focused, perfectly focused, properly focused, "
        "fine detail be visible, fine detail be clearly, fine detail can be seen, fine detail be resolved, "
        "finest detail be visible, finest detail can be, smallest detail be visible, smallest detail can be, "
        "good focus, in fine focus, high "
        "sharpness",
        "blurred": "blur, foggy, bleary, blurry, blurred, blurriness, out of focus, defocus, defocused, unfocused, "
        "unsharp, fuzzy, lack of focus, not in focus, misfocused, off focus, smeared, misty, smudgy, "
        "out of the focus, poorly focused, badly focused, not focused, "
        "woolly, wooly, woolliness, ill focused, poorly resolved, badly resolved, muzzy, mushy, nebulous, "
        "smear, smeared out, misted, misted glass, motion blur, camera shake, through fog, in fog, fog, "
        "frosted glass, through a veil, like a veil, veiled, vaseline, lost focus, missed focus, miss the "
        "focus, focus miss, focus missed, focus be off, focus be lost, out of the focal plane, off the focal "
        "plane, outside the focal plane, outside the focus, beside the focus, insufficiently focused, under "
        "focus, underfocus, overfocus, over focus, underfocused, overfocused, under focused, over focused, "
        "not well focused, incorrectly focused, wrongly focused, inaccurately focused, badly in need of "
        "focusing, bleared, fuzzed, fuzz, steamed up, lose focus, fuzziness, haziness, muddy, unresolved, ill "
        "resolved, bad focus, wrong focus, unsharpness, not quite in focus, not properly focused, swim before, "
        "detail be lost, detail be smeared, detail be washed out, low sharpness, poor sharpness, lacking in "
        "sharpness, loss of sharpness, loss of focus, loss of detail",
    },
    "charging": {
        "streaks": "=charging, charging artefact, charging effect, charging streak, streak, streaky, "
        "sample charge, specimen charge, charge under, charge up, charge effect, charge artefact, "
        "charge buildup, charge build up, charge accumulation, build up of charge, buildup of charge, "
        "accumulation of charge, accumulated charge, electrostatic charge, charging up, "
        "electrostatic charging, charge related, "
        "=charged, charge streak, charge line, charge band, electron build up, electron buildup, electron "
        "accumulation, electron pile up, accumulated electron, accumulation of electron, electron accumulate, "
        "build up of electron, charging phenomenon, charging problem, charging band, charging stripe, "
        "charging line, charging trace, charging mark, charging distortion, trapped charge, streaking, "
        "=streaked, charge distortion, charge collect, trapped electron, "
        "built up charge, charge have built up, charge have accumulated, charge accumulate, charge build, "
        "surface charging, charging related, charge induced, charging induced, excess charge, glowing streak, "
        "undissipated charge, "
        "electrostatic artefact, electrostatic effect, electrostatic build up, electrostatically charged, "
        "to charge, charge upon",
        "none": "=uncharged, charge free, charging free, streak free, free of charge effect, unstreaked, streakless, "
        "not charge, never charge, not get charge",
    },
}
"""Kind to value to the phrases that state it, whatever they describe. One with '~' yields to others of its kind."""

_SMALL = (
    "small, little, teeny, petite, minuscule, wee, puny, microscopic, tiny, minute, miniature, "
    "diminutive, little sized, "
    "smallish, undersized, pint sized, lilliputian, infinitesimal, mini, dwarf, dwarfish, on the small "
    "side, on the smaller side, small sized, tiny sized, itty bitty"
)
_MEDIUM = "medium, intermediate, middling, mid, average, moderate, middle sized, medium scale, middle size"
_LARGE = (
    "considerable, large, gigantic, immense, colossal, vast, oversized, hefty, great, big, huge, sizeable, "
    "enormous, giant, massive, bulky, considerable sized, voluminous, biggish, largish, jumbo, mammoth, titanic, "
    "substantial, on the large side, on the larger side, on the big side, king sized, outsize, outsized, "
    "hulking, monumental, whopping, monstrous, big sized, large sized"
)
_DARK = (
    "dark, black, dim, inky, blackish, darkish, dusky, gloomy, sombre, somber, murky, shadowy, jet, jet black, "
    "pitch black, pitch dark, coal black, ebony, unlit, dark grey, darkened, blackened, night black, "
    "shaded, charcoal, "
    "deep black, in shade, in shadow, in darkness, in deep shade, in deep shadow, in the dark, darkness, "
    "night, almost black, pitch, soot black, raven"
)
_BRIGHT = (
    "bright, light, white, pale, luminous, whitish, brightish, brilliant, glowing, gleaming, shining, "
    "shiny, glaring, "
    "dazzling, snow white, snowy, milky, milk white, radiant, light coloured, illuminated, lit, lit up, "
    "whitened, chalky, "
    "chalk white, ivory, light grey, pale grey, glow, shine, gleam, lightish, brightly lit"
)
_UNIFORM = (
    "uniform, consistent, identical, equal, same, similar, alike, homogeneous, constant, narrow, even, =one, "
    "comparable, equally sized, tight, invariable, invariant, unchanging, matching, matched, indistinguishable, "
    "regular, unvarying, standard, coincide, steady, stay the same, hardly different"
)
_VARIED = (
    "vary, change, fluctuate, varied, various, variable, differ, different, unequal, diverse, heterogeneous, "
    "nonuniform, mixed, wide, broad, uneven, inconsistent, dissimilar, assorted, manifold, differing, "
    "disparate, unlike, diverge, scatter, irregular, distinct, =ranges, spread, divergent, variegated, unmatched, "
    "all over the place, changeable, diversified"
)
_LOW = (
    "low, weak, poor, faint, feeble, limited, little, slight, dull, minimal, small, soft, subdued, modest, "
    "insufficient, pale, muted, reduced, meagre, scant, deficient, lacklustre, mild, gentle, tame, "
    "lacking, inferior, "
    "negligible, pallid, bad, unsatisfactory, inadequate, dreary, lousy, bland, flat, "
    "sluggish, understated"
)
_HIGH = (
    "high, strong, pronounced, good, rich, stark, vivid, excellent, great, marked, considerable, large, sharp, "
    "striking, intense, ample, crisp, full, bold, punchy, powerful, brilliant, harsh, hard, steep, deep, "
    "dramatic, clear, "
    "generous, exceptional, impressive, superb, remarkable, outstanding, fierce, enormous, big, huge, "
    "extreme, heavy, "
    "distinct, plentiful, robust, abundant, substantial, wonderful, sizeable, hefty, immense, drastic, fine, terrific"
)
_SINGLE = "=one, single, sole, only, lone, uniform, homogeneous, solitary"
_SEVERAL = (
    "two, second, secondary, other, further, extra, both, dual, double, distinct, separate, different, "
    "several, multiple, another, additional, "
    "more than one"
)
_SMOOTH = (
    "smooth, featureless, polish, glassy, even, textureless, sleek, glossy, smoothness, satiny, level, "
    "silky, silken, slick, unstructured, structureless, untextured, mirror like, mirrorlike, like a "
    "mirror, like glass, "
    "glass like, burnished, planed, unruffled, smooth as glass, plain, porcelain, eggshell, waxy, free of texture"
)


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
        "hardly vary, scarcely vary, barely vary, barely differ, hardly differ, scarcely differ, hardly any different",
        {
            "size": ("uniformity", "uniform"),
            "structure": ("uniformity", "uniform"),
            "uniformity": ("uniformity", "uniform"),
            "": ("uniformity", "uniform"),
            "thing": ("uniformity", "uniform"),
            "tone": ("contrast", "low"),
        },
    ),
    (
        "narrow, close, close together, close to each other, close to one another, similar, compressed, limited, "
        "restricted, reduced, small, same, flat, weak, little, low, slight, faint, minimal, muted, subdued, poor",
        {"tone": ("contrast", "low")},
    ),
    (
        "wide, broad, large, strong, great, full, big, far apart, deep, rich, huge, marked, pronounced, "
        "stark, vivid, "
        "high, considerable, striking, enormous, whole, bold, clear, extreme",
        {"tone": ("contrast", "high")},
    ),
    ("fail, miss, wrong, off, lost, imperfect, bad", {"focus": ("focus", "blurred")}),
    ("right, spot on, perfect, hit, flawless, precise, accurate", {"focus": ("focus", "sharp")}),
    (
        "clean cut, clear cut, crisp, sharply defined",
        {"edge": ("focus", "sharp")},
    ),
    (
        "blurry, ill defined, unclear, poorly defined, badly defined, hazy, fuzzy, diffuse, running, "
        "cloudy, melt away, run into each other, woolly",
        {"edge": ("focus", "blurred"), "image": ("focus", "blurred")},
    ),
    (
        "on its own, on their own, by itself, by themselves, all by itself, all alone, all by themselves",
        {
            "strand": ("shape", "single"),
            "structure": ("contact", "separate"),
            "thing": ("contact", "separate"),
            "": ("contact", "separate"),
        },
    ),
    ("lengthy, extended, extensive, elongated, wide, broad, far reaching", {"bar": ("bar", "long")}),
    ("brief, stubby, stumpy, dumpy, compact, narrow, curt", {"bar": ("bar", "short")}),
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
        "smooth, featureless, polish, glassy, textureless, smoothness, silky, sleek, mirror like, like a "
        "mirror, untextured, "
        "like polished glass, as glass, silken, slick, burnished, structureless",
        {"structure": ("texture", "smooth"), "": ("texture", "smooth")},
    ),
    ("grainy", {"texture": ("texture", "granular"), "structure": ("texture", "granular"), "": ("texture", "granular")}),
    (_SINGLE, {"phase": ("phases", "one"), "shape": ("shape", "single")}),
    (
        "homogeneous, uniform, same, identical, constant, consistent, homogenous, pure",
        {"composition": ("phases", "one")},
    ),
    ("heterogeneous, inhomogeneous, mixed", {"composition": ("phases", "two")}),
    (
        "wash out, washed out, washed",
        dict.fromkeys(("image", "", "contrast", "tone", "structure", "thing", "background"), ("contrast", "low"))
        | {"edge": ("focus", "blurred")},
    ),
    (
        "leave much to be desired, leave a lot to be desired, leave something to be desired, be lacking, disappoint, "
        "leave a great deal to be desired, be wanting",
        {"contrast": ("contrast", "low"), "focus": ("focus", "blurred")},
    ),
    (
        "strict, fixed, rigid, geometric, geometrical, clear, definite, periodic",
        {"arrangement": ("arrangement", "ordered")},
    ),
    ("stub, mere stub, dash, short dash, tiny dash", {"bar": ("bar", "short")}),
    ("far across, far into, stretch far, extend far, reach far, run far", {"bar": ("bar", "long")}),
    ("in between, somewhere between", {"size": ("size", "medium")}),
    (_SEVERAL, {"phase": ("phases", "two")}),
    ("two, both, separate, distinct, different", {"inclusion": ("phases", "two")}),
    (
        "separate, isolate, apart, apart from each other, apart from one another, apart from their neighbour, "
        "well apart, distance from one another, distance from each other, distance to each other, "
        "keep their distance, to themselves, clear of each other, out of contact, out of touch, detach, discrete, "
        "standalone, individual and separate, unconnected, untouching, spaced apart, disconnected, distanced, "
        "keep a gap, keep a distance, keep clear, keep apart, away from each other, away from one another, "
        "far from each other, far from one another, aloof, unattached, unjoined, at a distance, with gap between, "
        "with a gap between, not joined, not connected, not linked, not attached, unlinked, disjoint, "
        "disjointed, set apart, "
        "kept apart, spread apart, =space =between =them, space between each, gap between them, gap around, "
        "space around each, "
        "individually placed, separated, distant from each other, distant from one another, gap in between, "
        "space in between, "
        "each for itself, one by one, singly, clear gap, at arm length, stand alone, touch nothing, touch "
        "none, touch no, "
        "touches no, touches none, without contact, no contact, nobody touch, none touch, none touches, none "
        "of them touch, "
        "leave space between, leave a gap, leave gap, apart from every, segregated from, well clear, well separated",
        {"any": ("contact", "separate"), "phase": ("phases", "two")},
    ),
    ("regular, even", {"arrangement": ("arrangement", "ordered")}),
    ("equal, constant, uniform, same, identical, fixed", {"spacing": ("arrangement", "ordered")}),
    ("~~=round, ~~=roundish, ~~=rounded", {"structure": ("shape", "spherical"), "shape": ("shape", "spherical")}),
    (
        "~flat, ~=plane, ~be level",
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
    ("=brighter, =lighter", {"region": ("phases", "two"), "inclusion": ("phases", "two"), "phase": ("phases", "two")}),
    ("horizontal", _run("horizontal")),
    ("vertical", _run("vertical")),
    ("diagonal, oblique, inclined, tilted", _run("diagonal")),
    ("irregular, unordered", {"arrangement": ("arrangement", "random")}),
    (
        "neither low nor high, neither high nor low, neither small nor large, neither large nor small",
        {"coverage": ("coverage", "moderate"), "part": ("coverage", "moderate")},
    ),
    (
        "neither small nor large, neither large nor small, neither big nor small, neither small nor big, "
        "neither tiny nor huge, neither huge nor tiny, neither tiny nor large, neither large nor tiny, "
        "neither particularly small nor particularly large, neither very small nor very large, between small "
        "and large, "
        "halfway between small and large, neither especially small nor especially large, in the middle of the scale",
        {
            "structure": ("size", "medium"),
            "size": ("size", "medium"),
            "": ("size", "medium"),
            "thing": ("size", "medium"),
        },
    ),
    ("short", {"bar": ("bar", "short")}),
    ("long", {"bar": ("bar", "long")}),
)
"""Words that state a fact only of some nouns: the class of the noun that they describe to the fact.

'' is for a word that describes no noun, 'any' for whatever has no entry of its own.
"""

NOUNS: Mapping[str, str] = {
    "background": "background, backdrop, ground, surroundings, surrounding, substrate, support, behind, backing, "
    "backcloth, surround, area behind, space behind, field behind, region behind, area around the structure, "
    "space around, backplane, surrounding area, surrounding field, area between the structure, space between "
    "the structure, what lie behind, what be behind",
    "contrast": "contrast",
    "tone": "difference in brightness, difference in grey, difference between light and dark, brightness difference, "
    "difference between bright and dark, difference between dark and bright, difference between dark and light, "
    "difference in tone, difference of brightness, grey value difference, spread of grey, spread of tone, "
    "range of grey, range of grey value, range of tone, range of brightness, grey range, tonal range, tonal spread, "
    "tonal value, tonality, tonal difference, tone, grey value, grey level, dynamic range, light and dark, "
    "=brights and =darks, =lights and =darks, =darks and =lights, bright and dark, grey tone, shade of grey, "
    "brightness level, brightness range, =highlights, =blacks and =whites, =darks and =brights, "
    "difference between lights and darks",
    "focus": "focus, focusing, sharpness",
    "variation": "variability, variation, variety, =spread, diversity, =scatter, difference, dispersion, heterogeneity",
    "bar": "scale bar, scalebar, bar, micron bar, length bar, scale marker, scale, "
    "scale line, length marker, size bar, size marker, measuring bar, calibration bar, micrometre bar, "
    "micrometer bar, scale indicator, scaling bar, magnification bar, reference bar, marker bar, micron "
    "marker, ruler, length scale bar, measure bar",
    "size": "size, dimension, diameter, sizing, size distribution, size range, sized, length scale, width, "
    "thickness, breadth, calibre, girth, volume, height",
    "uniformity": "uniformity, consistency, homogeneity",
    "coverage": "coverage, cover, density, population, packing, share, proportion, fraction, portion, occupancy, "
    "percentage, "
    "populate, covering, crowding, filling, fill level",
    "arrangement": "arrangement, distribution, placement, layout, pattern, array, position, lattice, arrange, "
    "place, distribute, organisation, organization, order, spatial arrangement, grid, "
    "positioning, ordering, configuration, organise, dispose, disposition, set out, lay out",
    "part": "part of the area, part of the field, part of the image, part of the frame, part of the open area, "
    "share of the area, share of the field, share of the image, share of the frame, fraction of the area, "
    "fraction of the field, fraction of the image, fraction of the frame, portion of the area, "
    "portion of the field, portion of the image, portion of the frame, share of the open area",
    "spacing": "spacing, interval, distance, pitch, separation, gap, clearance",
    "direction": "direction, orientation, alignment, axis, angle, axes, course, inclination, align, orient",
    "strand": "fibre, strand, filament, thread",
    "region": "patch, patche, region, area, spot, zone, part, island",
    "texture": "surface, texture, finish, topography, relief, exterior, flank, sidewall, side wall, skin, =face, "
    "=faces, "
    "wall, facet, "
    "surface finish, surface texture, side face, outside, shell surface, outer surface",
    "phase": "phase, component phase, constituent, component, ingredient",
    "inclusion": "inclusion, domain, precipitate",
    "composition": "composition, material, chemistry",
    "brightness": "brightness, luminance, intensity",
    "image": "image, picture, micrograph, photograph, photo, scan, everything, detail, view, frame content, shot, "
    "focus plane",
    "edge": "edge, outline, contour, border, rim, margin, boundary, silhouette, contours",
    "shape": "shape, form, morphology",
    "structure": "structure, nanostructure, microstructure, feature, object, element, crystal, crystallite, grain, "
    "entity, unit, item, piece, fragment, bead, dot, nanomaterial, plate, forest, carpet, mat, network, lawn, "
    "assemblage, tube, whisker, droplet, agglomerate, cluster, sheet, layer, tooth, finger, beam, device, "
    "apex, member, =they, =them, =it, =each, =all, =these, =those, =this, =others, =some, =many, =most, "
    "specimen, sample, square, compartment, pore, channel, ones, majority, assembly, pattern element, shell, "
    "building block, bodies, nanocrystal, "
    "nodule, specks, chamber, void, cavity wall, rodlet, individual, specimen part, particle like, "
    "blade, segment, portion, "
    "fellow, thing, guy",
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
    "roughness": ("texture", "smooth"),
    "relief on the surface": ("texture", "smooth"),
    "relief of the surface": ("texture", "smooth"),
    "relief whatever on the surface": ("texture", "smooth"),
    "unevenness": ("texture", "smooth"),
    "anything wrong": ("defect", "none"),
    "defectiveness": ("defect", "none"),
    "deficiency": ("defect", "none"),
    "scale": ("bar", "absent"),
    "ruler": ("bar", "absent"),
    "scale line": ("bar", "absent"),
    "length marker": ("bar", "absent"),
    "size bar": ("bar", "absent"),
    "size marker": ("bar", "absent"),
    "measuring bar": ("bar", "absent"),
    "calibration bar": ("bar", "absent"),
    "micrometre bar": ("bar", "absent"),
    "micrometer bar": ("bar", "absent"),
    "length bar": ("bar", "absent"),
    "scale indicator": ("bar", "absent"),
    "scaling bar": ("bar", "absent"),
    "reference bar": ("bar", "absent"),
    "micron marker": ("bar", "absent"),
    "difference in brightness": ("contrast", "low"),
    "brightness difference": ("contrast", "low"),
    "tonal difference": ("contrast", "low"),
    "difference between light and dark": ("contrast", "low"),
    "difference between bright and dark": ("contrast", "low"),
    "difference between dark and bright": ("contrast", "low"),
    "difference between dark and light": ("contrast", "low"),
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
    "idiom": "all over, all round, all around, no doubt, without doubt, not only, not just, not merely, nothing "
    "but, no less than, no fewer than, "
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
    "part of the caption, in the order, free standing, stand alone, "
    "neural network, scan line, bottom line, freeze fracture, fracture face, fractured edge, fracture edge, "
    "fracture cross section, cleaved edge, told apart, tell apart, told apart by, charged particle, charged "
    "particles, charge coupled, sticks out, sticks to, sticks together, average size of, the average size, "
    "the average diameter, an average diameter, average diameter of, the average length, average length of, "
    "mean size, hardly any doubt, little doubt, no question, free end of, clustered computing, cluster "
    "computing, cluster analysis, project plan, two phase project, bright future, dark matter, light of, in "
    "light of, in the light of, sharp increase, sharp decrease, on average, in large part, in small part, to "
    "a large extent, great deal of, hard disk, hot spot, field emission, single shot, long time, long term, "
    "short term, at length, long story, in short, short of it, in the long run, matter of course, level of "
    "detail, brightness level, same time, at the same time, same way, in the same way, same "
    "specimen, same sample, for the most part, no matter, as a matter of, small wonder, no wonder, tip for, "
    "tips for, hints and tips, low voltage, high voltage, low vacuum, high vacuum, high magnification, low "
    "magnification, higher magnification, lower magnification, low kv, high resolution, low resolution, "
    "middle of, working distance, random access, random forest, order now, in short order, in order that, "
    "contrast between this, contrast between the two samples, tips of my, "
    "coated with gold, gold coated, sputter coated, coated with carbon, carbon coated, coated with platinum, "
    "coated before, conductive coating, gold coating, sputter coating, "
    "slope up, slopes up, slope to a, slopes to a, sides slope, sloping sides, sloping side, slanting sides, "
    "slanted faces, inclined faces, slanted sides, slanting faces, bright smear, horizontal smear, bright "
    "horizontal smear, horizontal smears of",
    # What denies the words behind it, up to the end of its scope.
    "negation": "no, not, without, neither, nor, never, lack, hardly, barely, scarcely, rather than, instead of, "
    "free of, free from, devoid of, absence of, absent of, bereft of, clear of, zero, none of, none, nothing, "
    "anything but, far from, non, cannot see, exclude, rule out, hardly any, no sign of, as opposed to, "
    "fail to, nowhere, nobody, void of, unaffected by, unmarred by, exempt from, spared, other than being, "
    "short of, in place of, lack of, cannot, not any, no trace of, no evidence of, want of, in vain for, "
    "in vain, "
    "hardly a, barely a, nary a, not one, not a single, no hint of, no indication of, no indications of, no "
    "signs of, no traces of, lacks, deprived of, unspoilt by, unspoiled by, untouched by, not a trace of, "
    "without any sign of, undisturbed by, unharmed by, untroubled by, clean of",
    # What denies the subject in front of it.
    "absence": "absent, missing, lacking, left out, omitted, removed, ruled out, excluded, avoided, "
    "suppressed, prevented, eliminated, no issue, not an issue, no problem, not a problem, nowhere to be seen, "
    "nowhere to be found, nonexistent, not there, not to be seen, free, not to be found, "
    "cropped away, cropped out, cropped, cropped off, cut off, cut away, trimmed off, trimmed away, trimmed, "
    "left off, wanting, erased, deleted, forgotten, dispensed with, left away, nowhere in sight, conspicuous "
    "by its absence, "
    "is gone, are gone, has gone, have gone, be gone, all gone",
    # What names a topic, of which nothing is stated before the next comma.
    "topic": "at first glance, at first sight, at a glance, on first sight, as for, as to, as regards, regarding, "
    "with regard to, concerning, in terms of, when it comes to, on the subject of, on the question of, "
    "as far as, "
    "as concerns, so far as, in the matter of, on the matter of, talking of, speaking of, "
    "turning to",
    # Words that only say how much or how surely.
    "hedge": "grey, greyish, coloured, colour, toned, tone, perhaps, maybe, very, quite, rather, almost, about, "
    "roughly, nearly, somewhat, fairly, mostly, more, less, much, just, still, even, already, often, "
    "sometimes, always, then, thus, hence, indeed, namely, overall, most, likely, well, also, extremely, "
    "highly, largely, mainly, too, slightly, clearly, "
    "possibly, probably, presumably, apparently, evidently, obviously, practically, virtually, basically, "
    "essentially, generally, typically, entirely, completely, totally, perfectly, absolutely, truly, really, "
    "distinctly, remarkably, comparatively, relatively, decidedly, reasonably, pretty, a bit, a little, kind "
    "of, sort of",
    # What says that its subject is there: after 'not' it denies the subject.
    "presence": "visible, seen, present, observed, detected, apparent, evident, found, noticed, noticeable, "
    "discernible, recognised, recognized, recognisable, identified, occur, exist, shown, given, provided, "
    "included, distinguished, discerned, spotted, perceptible, detectable, appear, made out, in evidence, "
    "to be seen, on display, displayed, indicated, drawn, encountered, in sight, recorded, depicted, noted, "
    "revealed, printed, "
    "to be found, on view, turned up, turn up, showing, come to light, came to light, "
    "pictured, portrayed, imaged, witnessed, there to be seen, marked",
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
    "beyond what, "
    "may or may not, might or might not, no opinion, no comment, no idea, cannot comment, cannot make out "
    "the, i am sorry, cannot see the texture, no way to know, no way of knowing, lacking information, is "
    "missing from the description, beyond the resolution, hard put, undecidable, indeterminable, left open, "
    "leaves open, question mark, question of whether, i do not know, not judge, not discern whether, remains "
    "to be seen, cannot be answered, cannot be stated, cannot be read, "
    "say nothing, nothing can be said, says nothing, tell nothing, nothing to say, "
    "i pass, pass on that, prefer not to, refrain from, decline to, abstain",
    # What cannot be done in a refusal.
    "judgement": "determine, tell, say, judge, assess, know, decide, ascertain, establish, conclude, infer, "
    "estimate, specify, measure, told, settle, answer, gauge, evaluate, make a statement, quantify, deduce, "
    "verify, confirm, derive, be sure, be certain, identify, distinguish, resolve, "
    "make out, discerned, read off, be read, be given, be stated, guess, be determined, see which, form an "
    "opinion, comment on, comment",
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
        "greatly",
        "hugely",
        "immensely",
        "enormously",
        "vastly",
        "massively",
        "substantially",
        "lightly",
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
    "recognize": "recognise",
    "recognized": "recognised",
    "recognizable": "recognisable",
    "recognizably": "recognisably",
    "organized": "organised",
    "organization": "organisation",
    "disorganized": "disorganised",
    "unorganized": "unorganised",
    "standardized": "standardised",
    "characterized": "characterised",
    "pulverized": "pulverised",
    "neighbors": "neighbours",
    "neighbored": "neighboured",
    "colored": "coloured",
    "molded": "moulded",
    "nanometer": "nanometre",
    "micrometer": "micrometre",
    "plowed": "ploughed",
    "leukocytes": "leucocytes",
    "checker": "chequer",
    "checkers": "chequer",
    "somber": "sombre",
    "meager": "meagre",
    "color": "colour",
    "mold": "mould",
    "clustred": "clustered",
}
"""American spellings to British ones."""
