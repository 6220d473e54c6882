"""Look up the pinned packages in the index's list of known vulnerabilities, by pip-audit.

Own code around it because pip-audit has one exit code for a vulnerability and for an index that cannot be reached; only
the former is an error here, so that a closed network fails no check.
"""

import json
import subprocess
import sys
from pathlib import Path

PINNED = Path(__file__).resolve().parent.parent / "constraints.txt"
ACCEPTED: dict[str, str] = {}
"""Vulnerabilities that do not concern this project: the reason, by identifier."""


def main() -> int:
    """Print each vulnerable package and how many were not audited; 1 if any is vulnerable."""
    command = [str(Path(sys.executable).with_name("pip-audit")), "--requirement", str(PINNED), "--no-deps"]
    command += ["--disable-pip", "--format", "json", "--progress-spinner", "off", "--timeout", "5"]
    command += [f"--ignore-vuln={identifier}" for identifier in ACCEPTED]
    result = subprocess.run(command, capture_output=True, text=True)
    try:
        packages = json.loads(result.stdout)["dependencies"]
    except (ValueError, KeyError):
        reason = (result.stderr.strip().splitlines() or ["no answer"])[-1]
        print(f"vulnerabilities: not audited: {reason}")
        return 0
    vulnerable = [(package, entry) for package in packages for entry in package.get("vulns", ())]
    for package, entry in vulnerable:
        remedy = f"; fixed in {', '.join(entry['fix_versions'])}" if entry["fix_versions"] else ""
        print(f"vulnerable: {package['name']} {package['version']}: {entry['id']}{remedy}")
    skipped = sum("skip_reason" in package for package in packages)
    print(f"vulnerabilities: {len(packages) - skipped} packages audited, {skipped} unknown to the index")
    return int(bool(vulnerable))


if __name__ == "__main__":
    sys.exit(main())
