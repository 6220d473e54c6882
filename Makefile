# Every target makes the same virtual environment first; a second call starts work at once.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
# Models in tests are tiny: a second thread a process only gets in the way of the other process.
test test-slow test-slurm: export OMP_NUM_THREADS = 1
PIP := $(BIN)/pip install --quiet --disable-pip-version-check --constraint constraints.txt

.PHONY: help install demo test test-slow test-slurm benchmarks check format clean docs
.DEFAULT_GOAL := help

help:
	@echo "make install     install into $(VENV) and do nothing else; then $(BIN)/bench --help"
	@echo "make demo        train MVaEMa, LLaVA and two controls on the embedded dataset, print two tables (6 to 8 minutes)"
	@echo "make test        the fast tests; make test-slow the others, make test-slurm those on a Slurm of this host's own"
	@echo "make check       formatting, lint and types; make format mends the first two"
	@echo "make docs        the pages of docs/ as a site; make benchmarks measures the speed; make clean removes $(VENV)"

install: $(VENV)/installed

# Processes of one thread each are faster than one of two: these networks are small. Three trainings share two cores
# evenly by three processes; by two, the third training would run alone.
demo: $(VENV)/installed
	$(BIN)/bench run --task vqa --models mvaema,llava,blind,majority --launcher local --jobs 3 $(OPTIONS)
	$(BIN)/bench table 1 7

# A file's tests share what they train: one process has them all.
test: $(VENV)/installed-test
	$(BIN)/pytest -m "not slow and not slurm" --numprocesses 2 --dist loadfile

# Among the slow ones only few do, which name their group.
test-slow: $(VENV)/installed-test
	$(BIN)/pytest -m slow --numprocesses 2 --dist loadgroup --durations 10

# Starts a Slurm of four nodes on this host, as root, where Debian's packages are there or can be had.
test-slurm: $(VENV)/installed-test
	$(BIN)/pytest -m slurm --durations 10 -rs

# Some minutes on an idle machine; NAMES="text_metrics generation" runs those alone.
benchmarks: $(VENV)/installed
	$(BIN)/python -m benchmarks.run $(NAMES)

check: $(VENV)/installed-test
	$(BIN)/ruff format --check
	$(BIN)/ruff check
	$(BIN)/basedpyright --pythonpath $(BIN)/python

docs: $(VENV)/installed-test
	$(BIN)/mkdocs build --strict

format: $(VENV)/installed-test
	$(BIN)/ruff format
	$(BIN)/ruff check --fix

clean:
	rm -rf $(VENV) build *.egg-info

$(VENV)/installed: pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "bench needs Python 3.11 or newer; name one: make PYTHON=/path/to/python3.11"; exit 1; }
	$(PYTHON) -m venv $(VENV)
	@echo "installing: about four minutes with a package index nearby"
	$(PIP) --editable .
	touch $@

$(VENV)/installed-test: $(VENV)/installed
	$(PIP) --editable '.[test]'
	touch $@
