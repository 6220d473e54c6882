"""The audit of a publication: every check's findings, and one verdict per number."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache

from bench.auditing import statements
from bench.auditing.finding import VERDICTS, AuditFinding, Verdict
from bench.auditing.publication import Paper, PublishedNumber, TextStatement
from bench.auditing.reading import the_paper
from bench.errors import BenchError, in_one_line
from bench.registered.registry import Registry
from bench.specs import resolve
from bench.specs.isolation import isolated

Check = Callable[[Paper], Iterable[AuditFinding]]
"""Holds the numbers of a publication against each other."""
_DOUBTFUL: tuple[Verdict, ...] = ("impossible", "unless")


@dataclass(frozen=True)
class AuditedNumber:
    """One number with its verdict: the gravest of its ``findings``, and that one's proof."""

    number: PublishedNumber
    verdict: Verdict
    proof: str
    check: str
    unless: str
    findings: tuple[AuditFinding, ...]

    @property
    def is_remarkable(self) -> bool:
        """Whether a reader should see the proof."""
        return self.is_doubtful or any(finding.remark for finding in self.findings)

    @property
    def is_doubtful(self) -> bool:
        """Whether it cannot be true, or only in a reading that the file does not state."""
        return self.verdict in _DOUBTFUL


@dataclass(frozen=True)
class AuditedStatement:
    """One statement of a text with what its numbers say."""

    statement: TextStatement
    finding: AuditFinding


@dataclass(frozen=True)
class Audit:
    """All numbers of a publication, in printed order, and the statements of its text."""

    numbers: tuple[AuditedNumber, ...]
    statements: tuple[AuditedStatement, ...]

    def count(self, verdict: Verdict) -> int:
        """Return how many numbers have a verdict."""
        return sum(number.verdict == verdict for number in self.numbers)


def registered_checks(registry: Registry) -> Mapping[str, Check]:
    """Return the registered checks by name."""
    return {name: resolve(spec.checks) for name, spec in registry.every("check").items()}


@cache
def audit_of_the_paper() -> Audit:
    """Return the audit of the paper's numbers by all registered checks."""
    return audit(the_paper(), registered_checks(Registry()))


def audit(publication: Paper, checks: Mapping[str, Check]) -> Audit:
    """Hold a publication against itself by every check; BenchError for a check that fails."""
    with isolated():
        findings = [finding for name, check in checks.items() for finding in _findings(publication, name, check)]
    subject: dict[int, list[AuditFinding]] = {}
    beside: dict[int, list[AuditFinding]] = {}
    for finding in findings:
        for numbers, by_number in ((finding.subjects, subject), (finding.beside, beside)):
            for number in numbers:
                by_number.setdefault(id(number), []).append(finding)
    return Audit(
        tuple(
            _audited(number, subject.get(id(number), []), beside.get(id(number), [])) for number in publication.numbers
        ),
        tuple(AuditedStatement(statement, statements.finding(statement)) for statement in publication.statements),
    )


def _findings(publication: Paper, name: str, check: Check) -> list[AuditFinding]:
    try:
        return [replace(finding, check=name) for finding in check(publication)]
    except Exception as error:  # a third-party check may hold any mistake
        raise BenchError(f"check {name!r} fails: {in_one_line(error)}; correct it, or uninstall its plugin") from error


def _audited(number: PublishedNumber, own: Sequence[AuditFinding], others: Sequence[AuditFinding]) -> AuditedNumber:
    """Return a number's verdict: of findings on it, or else of those in which it stands beside others.

    Which of several numbers is wrong cannot be told: only the one that the others determine gets the blame.
    """
    doubts = [finding for finding in others if finding.verdict in _DOUBTFUL]
    if own or (others and not doubts):
        worst = min(own or others, key=lambda finding: (VERDICTS.index(finding.verdict), not finding.remark))
        return AuditedNumber(number, worst.verdict, worst.proof, worst.check, worst.unless, (*own, *others))
    proof = "Nothing can be said of it: no check applies to what the file says of it."
    if doubts:
        other = doubts[0].subjects[0]
        proof = (
            f"Nothing can be said of it by itself: {other.label} {other.text} of table {other.table} does not agree "
            "with it and others, and which of them is wrong cannot be told."
        )
    elif not number.metric:
        proof = f"Nothing can be said of it: no check knows what {number.column!r} means."
    return AuditedNumber(number, "unknown", proof, "", "", (*own, *others))
