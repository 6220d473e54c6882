"""What `bench doctor` finds, and the remedy it names."""

import json

import pytest

from bench.running import health


def test_a_sound_machine_needs_no_remedy(bench):
    code, out, _ = bench("doctor", "--json")
    findings = {finding["what"]: finding for finding in json.loads(out)}
    assert findings.keys() >= {"python", "mvaema-bench", "torch, torchvision", "device", "threads", "store", "cache"}
    assert code == 0, findings


@pytest.mark.parametrize(
    ("what", "versions", "remedy"),
    [
        ("torch, torchvision", {"torch": "1.0"}, "install a pair"),
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


@pytest.mark.parametrize(
    ("url", "key", "found", "remedy"),
    [
        ("", "", "nothing would leave this machine: neither OPENAI_BASE_URL nor OPENAI_API_KEY is set", ""),
        ("", "sk-4711", "OpenAI's public API: pictures and questions would leave this machine", ""),
        ("http://127.0.0.1:8000/v1", "", "http://127.0.0.1:8000/v1: nothing would leave this machine", ""),
        ("http://192.168.1.5/v1", "", "would go to another machine of a private network", ""),
        ("https://api.example.com/v1", "sk-4711", "pictures and questions would leave this machine", ""),
        ("http://[::1/v1", "", "OPENAI_BASE_URL cannot be used", "write one like http://127.0.0.1:8000/v1"),
    ],
)
def test_where_pictures_would_go_is_told(bench, monkeypatch, url, key, found, remedy):
    monkeypatch.setenv("OPENAI_BASE_URL", url)
    monkeypatch.setenv("OPENAI_API_KEY", key)
    code, out, err = bench("doctor", "--json")
    (finding,) = [finding for finding in json.loads(out) if finding["what"] == "endpoint"]
    assert found in finding["found"] and remedy in finding["remedy"] and code == bool(remedy), err
    said = f"OPENAI_API_KEY is {'set' if key else 'not set'}"
    assert "sk-4711" not in out and (finding["found"].endswith(said) or not (url or key))
