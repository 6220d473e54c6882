"""What `bench doctor` finds, and the remedy it names."""

import json

import pytest

from bench.endpoint import address
from bench.running import health


@pytest.fixture(autouse=True)
def _room_enough(monkeypatch):
    """However full this machine's disk is, a finding is one of the test's own making."""
    monkeypatch.setattr(health, "ENOUGH_ROOM", 0)


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
        ("https://8.8.8.8/v1", "sk-4711", "pictures and questions would leave this machine", ""),
        ("http://134744072/v1", "", "pictures and questions would leave this machine", ""),
        ("http://gpu-box.lan/v1", "", "another machine of a private network", ""),
        ("http://rebound.lan/v1", "", "pictures and questions would leave this machine", ""),
        (
            "http://nobody.lan/v1",
            "",
            "pictures and questions would leave",
            "has no address here: check OPENAI_BASE_URL",
        ),
        ("", "sk-4711’", "the environment cannot be used", "OPENAI_API_KEY holds"),
        ("http://[::1/v1", "", "OPENAI_BASE_URL cannot be used", "write one like http://127.0.0.1:8000/v1"),
    ],
)
def test_where_pictures_would_go_is_told(bench, monkeypatch, url, key, found, remedy):
    names = {"gpu-box.lan": ("192.168.1.7",), "rebound.lan": ("192.168.1.7", "8.8.8.8"), "nobody.lan": ()}
    real = address.lookup
    for module in (address, health):
        monkeypatch.setattr(module, "lookup", lambda host: names[host] if host in names else real(host))
    monkeypatch.setenv("OPENAI_BASE_URL", url)
    monkeypatch.setenv("OPENAI_API_KEY", key)
    code, out, err = bench("doctor", "--json")
    (finding,) = [finding for finding in json.loads(out) if finding["what"] == "endpoint"]
    assert found in finding["found"] and remedy in finding["remedy"] and code == bool(remedy), err
    said = f"OPENAI_API_KEY is {'set' if key else 'not set'}"
    assert "sk-4711" not in out and (finding["found"].endswith(said) or not (url or key))


def _finding(bench, what):
    code, out, _ = bench("doctor", "--json")
    (finding,) = [finding for finding in json.loads(out) if finding["what"] == what]
    assert code == bool(finding["remedy"])
    return finding


@pytest.mark.parametrize(
    ("variable", "content", "says"),
    [
        ("SSL_CERT_FILE", None, "does not exist; unset SSL_CERT_FILE"),
        ("SSL_CERT_FILE", "folder", "is a folder"),
        ("SSL_CERT_FILE", "", "holds no certificate in PEM form"),
        ("SSL_CERT_FILE", "no certificate", "holds no certificate in PEM form"),
        ("SSL_CERT_DIR", None, "is no folder; unset SSL_CERT_DIR"),
        ("SSL_CERT_DIR", "folder", "holds no certificate under its hashed name; run `openssl rehash`"),
        ("SSLKEYLOGFILE", "folder", "cannot be written; unset SSLKEYLOGFILE"),
    ],
)
def test_certificates_that_cannot_be_read_are_named_by_their_variable(
    bench, monkeypatch, tmp_path, variable, content, says
):
    path = tmp_path / "certificates"
    if content == "folder":
        path.mkdir()
    elif content is not None:
        path.write_text(content)
    monkeypatch.delenv("SSL_CERT_FILE", raising=False)
    monkeypatch.setenv(variable, str(path))
    assert says in _finding(bench, "certificates")["remedy"]


@pytest.mark.parametrize(
    ("variable", "value", "says"),
    [
        ("HTTPS_PROXY", "http://127.0.0.1:9", "correct or unset HTTPS_PROXY"),
        ("ALL_PROXY", "socks5://127.0.0.1:9", "pip install socksio, or unset ALL_PROXY"),
        ("https_proxy", "htp://127.0.0.1:9", "'htp' is no kind of proxy (valid: http, https, socks5, socks5h)"),
        ("HTTP_PROXY", "http://127.0.0.1:port", "is no URL of a proxy"),
        ("HTTPS_PROXY", "http://", "is no URL of a proxy"),
        ("HTTPS_PROXY", "http://me:hunter2@127.0.0.1:9", "correct or unset HTTPS_PROXY"),
    ],
)
def test_a_proxy_that_cannot_be_used_is_named_by_its_variable(bench, monkeypatch, variable, value, says):
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)
    monkeypatch.setenv(variable, value)
    finding = _finding(bench, "proxies")
    assert says in finding["remedy"] and "hunter2" not in finding["found"] + finding["remedy"]


def test_a_clock_that_lags_behind_files_is_named(bench, monkeypatch):
    monkeypatch.setattr(health.time, "time", lambda: 1e9)
    assert "set this machine's clock" in _finding(bench, "clock")["remedy"]
