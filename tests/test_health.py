"""What `bench doctor` finds, and the remedy it names."""

import json

import pytest

from bench import health


def test_a_sound_machine_needs_no_remedy(bench):
    code, out, _ = bench("doctor", "--json")
    findings = {finding["what"]: finding for finding in json.loads(out)}
    assert findings.keys() >= {"python", "mvaema-bench", "torch, torchvision", "device", "threads", "store", "cache"}
    assert code == 0, findings


@pytest.mark.parametrize(
    ("what", "versions", "remedy"),
    [
        ("torch, torchvision", {"torchvision": "0.20.0"}, "install a pair"),
        ("numpy", {"numpy": "1.0"}, "pip install 'numpy"),
    ],
)
def test_a_version_that_does_not_fit_is_named_with_its_remedy(bench, monkeypatch, what, versions, remedy):
    real = health.version
    monkeypatch.setattr(health, "version", lambda name: versions.get(name) or real(name))
    code, out, _ = bench("doctor", "--json")
    (finding,) = [finding for finding in json.loads(out) if finding["what"] == what]
    assert code == 1
    assert remedy in finding["remedy"]


def test_a_broken_plugin_too_many_threads_and_a_full_disk_are_named(bench, monkeypatch, strangers):
    strangers("broken")
    monkeypatch.setenv("OMP_NUM_THREADS", "999")
    monkeypatch.setattr(health, "ENOUGH_ROOM", 2**80)
    code, out, _ = bench("doctor")
    assert code == 1
    assert "failed: broken" in out and "OMP_NUM_THREADS=999" in out and "make room" in out
