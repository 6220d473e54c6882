# Every target creates the same virtual environment first, and reuses it later.
PYTHON ?= python3
VENV := .venv
LOWEST := .venv-lowest
BIN := $(VENV)/bin
# Models in tests are tiny: a second thread per process would only slow down the other process.
test test-lowest test-slow test-slurm mutation: export OMP_NUM_THREADS = 1
PIP := $(BIN)/pip install --quiet --disable-pip-version-check --constraint constraints.txt

.PHONY: help install demo test test-lowest test-slow test-slurm test-gpu mutation benchmarks benchmarks-gpu check format clean docs docs-version release scale-reader pretrained
.DEFAULT_GOAL := help

help:
	@echo "make install     only install into $(VENV); then try $(BIN)/bench --help"
	@echo "make demo        train MVaEMa, LLaVA and controls on the embedded dataset, print two tables and a verdict (3 to 8 minutes)"
	@echo "make test        the fast tests; make test-slow the slow ones, make test-slurm those that start a Slurm on this host"
	@echo "make test-gpu    the tests that need a graphics card; make benchmarks-gpu measures the speed on one"
	@echo "make test-lowest the fast tests with the lowest versions that pyproject.toml allows, in an environment of its own"
	@echo "make mutation    change the code place by place and list the changes that no test notices (takes long; MODULE=text takes one)"
	@echo "make scale-reader trains the reader of scale bar labels again and writes its weights (5 minutes)"
	@echo "make pretrained trains the model that comes with bench again and exports it (hours; the same command resumes)"
	@echo "make check       check formatting, lint, types and known vulnerabilities; make format fixes the first two"
	@echo "make docs        build docs/ as a site; make benchmarks measures the speed; make clean removes $(VENV)"
	@echo "make docs-version VERSION=0.1 commits that site to the branch gh-pages, beside those of other versions"
	@echo "make release     build the sdist and the wheel into dist/ and check them; uploads nothing"

install: $(VENV)/installed

# These networks are small: several processes of one thread are faster than one with two. Three processes share two
# cores evenly; with two, the third training would run alone.
demo: $(VENV)/installed
	$(BIN)/bench run --task vqa --models mvaema,llava,blind,majority,shotgun,oracle --launcher local --jobs 3 $(OPTIONS)
	$(BIN)/bench table 1 7
	$(BIN)/bench verdict --task vqa

# The tests of one file share trained models, so one process runs them all.
test: $(VENV)/installed-test
	$(BIN)/pytest -m "not slow and not slurm" --numprocesses 2 --dist loadfile

# Only few slow tests share models; they name their group.
test-slow: $(VENV)/installed-test
	$(BIN)/pytest -m slow --numprocesses 2 --dist loadgroup --durations 10

# Starts a Slurm of four nodes on this host, as root, if Debian's packages are installed or available.
test-slurm: $(VENV)/installed-test
	$(BIN)/pytest -m slurm --durations 10 -rs

# Bit-for-bit resume is no part of it: kernels of a card may add in another order each time.
test-gpu: $(VENV)/installed-test
	$(BIN)/pytest -m gpu -rs --durations 10

# torch and torchvision keep their pinned release: their lowest ones are 3 GB that no other target uses.
test-lowest: $(LOWEST)/installed
	$(LOWEST)/bin/python -m pytest -m "not slow and not slurm" --numprocesses 2 --dist loadfile

# Modules, changes and tests: tests/mutation.toml. MODULE="splits claim" takes only those, SAMPLE=60 that many of each.
mutation: $(VENV)/installed-mutation
	$(BIN)/python scripts/mutation.py $(MODULE) $(if $(SAMPLE),--sample $(SAMPLE))

# A few minutes on an idle machine; NAMES="text_metrics generation" runs only those.
benchmarks: $(VENV)/installed
	$(BIN)/python -m benchmarks.run $(NAMES)

# On the first card; without one it says so. NAMES as above.
benchmarks-gpu: $(VENV)/installed
	$(BIN)/python -m benchmarks.on_gpu $(NAMES)

# Draws its texts with fonts that only this target installs.
scale-reader: $(VENV)/installed
	$(PIP) --editable '.[fonts]'
	$(BIN)/python scripts/train_scale_reader.py

# The model that `bench ask` asks where nobody has trained one. REAL names datasets of real pictures that it is tested on
# for its card, and CITE says where they come from: REAL="folder:sem" CITE="--cite 'sem=SEM dataset, CC BY 4.0'".
# STORE is a store other than ./runs; OPTIONS go to every run, such as "--set recipe.epochs=2".
PRETRAIN = $(BIN)/bench run --config bundled $(if $(STORE),--store $(STORE)) $(OPTIONS)
RANKING = mvaema,majority,pixels,spectrum
pretrained: $(VENV)/installed
	$(PRETRAIN) --task classification --models $(RANKING)
	for dataset in $(REAL); do $(PRETRAIN) --task classification --models $(RANKING) --test-dataset $$dataset || exit; done
	$(PRETRAIN) --task vqa --models mvaema,majority,shotgun
	rm -rf build/pretrained
	$(BIN)/bench export mvaema build/pretrained --task vqa $(if $(STORE),--store $(STORE)) $(CITE)
	rm -rf bench/pretrained
	mv build/pretrained bench/pretrained

check: $(VENV)/installed-test
	$(BIN)/ruff format --check
	$(BIN)/ruff check
	$(BIN)/basedpyright --pythonpath $(BIN)/python
	$(BIN)/bandit --quiet -ll --recursive bench models tasks plugins scripts benchmarks
	$(BIN)/python scripts/audit.py

docs: $(VENV)/installed-test
	$(BIN)/mkdocs build --strict

docs-version: $(VENV)/installed-test
	@test -n "$(VERSION)" || { echo "name the version: make docs-version VERSION=0.1"; exit 1; }
	$(BIN)/mike deploy --update-aliases $(VERSION) latest
	$(BIN)/mike set-default latest

# The wheel is built from the sdist, so that nothing it needs is missing there.
release: $(VENV)/installed-test
	rm -rf dist
	$(BIN)/python -m build --no-isolation --outdir dist
	$(BIN)/twine check --strict dist/*

format: $(VENV)/installed-test
	$(BIN)/ruff format
	$(BIN)/ruff check --fix

clean:
	rm -rf $(VENV) $(LOWEST) build *.egg-info

$(VENV)/installed: pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "bench needs Python 3.11 or newer; name one: make PYTHON=/path/to/python3.11"; exit 1; }
	$(PYTHON) -m venv $(VENV)
	@echo "installing: one to four minutes with a package index nearby"
	$(PIP) --editable '.[microscopes,publish]'
	touch $@

$(VENV)/installed-test: $(VENV)/installed
	$(PIP) --editable '.[test]'
	touch $@

$(LOWEST)/installed: pyproject.toml constraints.txt
	$(PYTHON) -m venv $(LOWEST)
	$(LOWEST)/bin/pip install --quiet --disable-pip-version-check uv
	grep -E '^torch(vision)?==' constraints.txt > $(LOWEST)/torch.txt
	$(LOWEST)/bin/uv pip compile --quiet --resolution lowest-direct --constraint $(LOWEST)/torch.txt \
		--python $(LOWEST)/bin/python --output-file $(LOWEST)/lowest.txt pyproject.toml
	$(LOWEST)/bin/pip install --quiet --disable-pip-version-check --constraint $(LOWEST)/lowest.txt --editable '.[test]'
	touch $@

$(VENV)/installed-mutation: $(VENV)/installed-test
	$(PIP) --editable '.[mutation]'
	touch $@
