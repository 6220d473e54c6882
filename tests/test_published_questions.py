"""Benchmarks of questions with options, fetched from a loopback hub in files of their published columns, and asked."""

import io
import json
from zipfile import ZipFile

import numpy as np
import pytest
from PIL import Image

from bench.errors import BenchError
from bench.store.sealed import read_json
from bench.tasks.datasets.benchmarks import BENCHMARKS, SOURCE
from bench.tasks.datasets.hub_fetch import fetch_benchmark
from bench.tasks.datasets.importing import import_files
from bench.tasks.datasets.question_file import read_questions
from bench.terminal.progress import NoProgress
from tests.hub_server import COMMIT, serving

pyarrow = pytest.importorskip("pyarrow")


def picture(level, form="PNG", size=(40, 30)):
    stream = io.BytesIO()
    pixels = np.full((size[1], size[0]), level, np.uint8)
    pixels[:10, :10] = 255 - level
    Image.fromarray(pixels).save(stream, form)
    return stream.getvalue()


def image(level):
    return {"bytes": picture(level), "path": None}


def parquet(rows):
    import pyarrow.parquet

    stream = io.BytesIO()
    pyarrow.parquet.write_table(pyarrow.Table.from_pylist(rows), stream)
    return stream.getvalue()


def arrow(rows):
    stream = io.BytesIO()
    table = pyarrow.Table.from_pylist(rows)
    with pyarrow.ipc.new_stream(stream, table.schema) as writer:
        writer.write_table(table)
    return stream.getvalue()


def microvqa():
    row = {
        "key_question": 7, "key_image": 3, "images_list": [image(20), image(90)], "question": "What is stained?",
        "choices": ["actin", "tubulin", "DNA"], "correct_index": 2, "correct_answer": "DNA", "task": 1,
        "task_str": "perception", "context_image_generation": "Confocal.", "context_motivation": "To see.",
    }  # fmt: skip
    one = {**row, "key_question": 8, "images_list": [image(20)], "correct_index": 0, "task_str": "hypothesis_gen"}
    return {"data/test-00000-of-00001.parquet": parquet([row, one]), "README.md": b"card"}


def matcha():
    question = "What does the arrow show? (A) a pore (B) a crack (C) a grain"
    inner = {"question": question, "options": {"A": "a pore", "B": "a crack", "C": "a grain"}, "answer": "B"}
    corners = [{"x": 0, "y": 0}, {"x": 20, "y": 0}, {"x": 20, "y": 10}, {"x": 0, "y": 10}]
    row = {
        "id": "0-0-a_fig2.jpg",
        "vqa": [{**inner, "topic": "Defects"}, {**inner, "answer": "C", "topic": "Grains"}],
        "images": [{"classification": "SEM", "image_path": "sub/a_fig2.jpg", "geometry": corners}],
        "article_info": {"license": "CC BY 4.0"},
    }
    archive = io.BytesIO()
    with ZipFile(archive, "w") as file:
        file.writestr("images/sub/a_fig2.jpg", picture(60, "JPEG"))
    return {"data/matcha_vqa_inputs.jsonl": json.dumps(row).encode(), "data/images.zip": archive.getvalue()}


def ubench():
    def asked(question, options, answer):
        return {"question": question, "options": options, "answer": answer, "id": "x"}

    questions = {
        "modality": asked("Which modality?", ["light", "electron", "none of the above"], "electron"),
        "stain": {"question": None, "options": None, "answer": None, "id": None},
        "classification": asked("Which cell?", ["basophil", "none of the above"], "basophil"),
    }
    row = {"image_id": "u1", "image": image(50), "label": 3, "dataset": "empiar_sbfsem", "questions": questions}
    return {"perception/0.1.0/ubench-test-00000-of-00001.arrow": arrow([row])}


def matvqa():
    row = {"id": "m1", "question": "Which phase?", "options": ["alpha", "beta"], "answer": "B", "image": image(70)}
    return {"data/test-00000-of-00001.parquet": parquet([{**row, "category": "structure"}])}


PUBLISHED = {"microvqa": microvqa, "matcha": matcha, "ubench": ubench, "matvqa": matvqa}


@pytest.fixture
def without_digests(monkeypatch):
    monkeypatch.setitem(BENCHMARKS, "matcha", BENCHMARKS["matcha"]._replace(digests={}))


def fetched(hub, name, folder, monkeypatch):
    monkeypatch.setenv("HF_ENDPOINT", hub.address)
    return fetch_benchmark(name, folder, NoProgress(), None, None)


def test_every_benchmark_has_files_to_be_tested_on():
    assert BENCHMARKS.keys() == PUBLISHED.keys()


@pytest.mark.parametrize("name", PUBLISHED)
def test_a_benchmark_is_fetched_at_its_revision_and_read(name, tmp_path, monkeypatch, without_digests):
    with serving(PUBLISHED[name]()) as hub:
        done = fetched(hub, name, tmp_path / name, monkeypatch)
        assert hub.revisions == [BENCHMARKS[name].revision]
    questions = read_questions(tmp_path / name / "questions.jsonl")
    assert done.questions == len(questions) and not done.left_out
    assert all((tmp_path / name / image).is_file() for each in questions for image in each.images)
    source = read_json(tmp_path / name / SOURCE)
    assert source["revision"] == COMMIT and source["licence"] and source["citation"]
    assert source["files"].keys() == PUBLISHED[name]().keys() - {"README.md"}
    assert not (tmp_path / f"{name}.source").exists()


def test_the_columns_of_each_benchmark_are_read_as_published(tmp_path, monkeypatch, without_digests):
    read = {}
    for name, files in PUBLISHED.items():
        with serving(files()) as hub:
            fetched(hub, name, tmp_path / name, monkeypatch)
        read[name] = read_questions(tmp_path / name / "questions.jsonl")
    several, single = read["microvqa"]
    assert (several.id, several.text, several.right, several.topic) == ("7", "What is stained?", (2,), "perception")
    assert len(several.images) == 2 and single.images == several.images[:1]  # one file for the same picture
    first, second = read["matcha"]
    assert first.text == "What does the arrow show?"  # its options are shown in other orders
    assert (first.options, first.right, second.right) == (("a pore", "a crack", "a grain"), (1,), (2,))
    assert (first.topic, second.topic) == ("Defects", "Grains") and first.id != second.id
    with Image.open(tmp_path / "matcha" / first.images[0]) as cropped:
        assert cropped.size == (20, 10)
    assert [(each.id, each.topic, each.right) for each in read["ubench"]] == [
        ("u1 modality", "modality", (1,)),
        ("u1 classification", "classification", (0,)),
    ]
    assert [(each.topic, each.right) for each in read["matvqa"]] == [("structure", (1,))]


def test_a_broken_transfer_goes_on_where_it_stopped(tmp_path, monkeypatch):
    monkeypatch.setattr("huggingface_hub.constants.DOWNLOAD_CHUNK_SIZE", 256)
    files = microvqa()
    name = next(iter(files))
    with serving(files) as hub:
        hub.breaks = 1
        assert fetched(hub, "microvqa", tmp_path / "m", monkeypatch).questions == 2
        (first, start), (again, rest) = hub.asked
        assert first == again == name and start == 0 and rest > 256


def test_the_same_command_fetches_only_the_files_that_are_missing(tmp_path, monkeypatch):
    content = next(iter(microvqa().values()))
    names = [f"data/test-0000{number}-of-00002.parquet" for number in range(2)]
    with serving(dict.fromkeys(names, content)) as hub:
        hub.missing = {names[1]}
        with pytest.raises(BenchError, match="run the same command again to go on"):
            fetched(hub, "microvqa", tmp_path / "m", monkeypatch)
        assert not (tmp_path / "m").exists()
        hub.missing, hub.asked = set(), []
        assert fetched(hub, "microvqa", tmp_path / "m", monkeypatch).questions == 4
        assert [name for name, _ in hub.asked] == names[1:]


def test_a_server_that_is_not_there_is_one_sentence(tmp_path, monkeypatch):
    monkeypatch.setenv("HF_ENDPOINT", "http://127.0.0.1:9")
    with pytest.raises(BenchError, match="127.0.0.1:9 does not give 'jmhb/microvqa' .* use --files FOLDER"):
        fetch_benchmark("microvqa", tmp_path / "m", NoProgress(), None, None)


def test_changed_columns_are_named_with_those_that_are_there(tmp_path):
    path = tmp_path / "a.parquet"
    path.write_bytes(parquet([{"question": "Q", "answers": ["a", "b"], "correct_index": 0, "images_list": [image(1)]}]))
    with pytest.raises(BenchError, match=r"a.parquet row 1 of microvqa has no column choices \(it has question, answe"):
        import_files("microvqa", BENCHMARKS["microvqa"], [path], tmp_path / "out", NoProgress())


def test_files_that_changed_since_they_were_published_are_refused(tmp_path):
    for name, content in matcha().items():
        (tmp_path / "files" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "files" / name).write_bytes(content)
    with pytest.raises(BenchError, match="does not have the digest that it was published with"):
        fetch_benchmark("matcha", tmp_path / "m", NoProgress(), tmp_path / "files", None)


def test_a_folder_of_something_else_is_not_replaced(tmp_path):
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "thesis.tex").write_text("x")
    with pytest.raises(BenchError, match="holds something else"):
        fetch_benchmark("microvqa", tmp_path / "mine", NoProgress(), tmp_path, None)
    assert (tmp_path / "mine" / "thesis.tex").exists()


def test_questions_that_nobody_can_answer_are_left_out_and_named(tmp_path):
    good = {"question": "Q", "choices": ["a", "b"], "correct_index": 0, "images_list": [image(1)], "task_str": "t"}
    rows = [good, {**good, "choices": ["a", "A"]}, {**good, "correct_index": 5}, {**good, "choices": ["a"]}]
    path = tmp_path / "a.parquet"
    path.write_bytes(parquet(rows))
    done = import_files("microvqa", BENCHMARKS["microvqa"], [path], tmp_path / "out", NoProgress())
    assert done.questions == 1
    assert [each.partition(": ")[0] for each in done.left_out[:2]] == ["a.parquet row 2", "a.parquet row 3"]
    assert "same text" in done.left_out[0] and "1 options" in done.left_out[2]


def test_a_fetched_benchmark_is_a_dataset_with_its_source(tmp_path, monkeypatch, bench):
    monkeypatch.setenv("BENCH_CACHE", str(tmp_path / "cache"))
    with serving(microvqa()) as hub:
        monkeypatch.setenv("HF_ENDPOINT", hub.address)
        assert bench("data", "fetch", "microvqa")[0] == 0
    code, text, _ = bench("data", "info", "--dataset", "benchmark:microvqa")
    assert code == 0
    for part in (f"jmhb/microvqa at {COMMIT}", "licence: CC BY-SA 4.0", "cite: Burgess", "questions: 2", "sha256: "):
        assert part in text
    run = ("run", "--task", "choice", "--dataset", "benchmark:microvqa", "--split", "whole", "--models")
    code, _, error = bench(*run, "longest,majority")
    assert code == 0, error
