"""Whether published numbers can be true: ``bench audit``."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from bench.api.output import write_out
from bench.api.tables import form_of
from bench.errors import BenchError
from bench.inputs import checked
from bench.registered.registry import Registry

if TYPE_CHECKING:
    from bench.auditing.audit import Audit


@dataclass(frozen=True)
class AuditReport:
    """An audit of published numbers: a notebook shows it as HTML, ``print`` as markdown.

    ``data`` holds every number with its verdict, proof and findings, and every statement.
    """

    data: "Audit"
    name: str
    every: bool = field(repr=False)

    @property
    def problems(self) -> list[str]:
        """What ``--strict`` refuses: numbers and statements that are impossible in every reading."""
        numbers = [own for own in self.data.numbers if own.verdict == "impossible"]
        statements = [own.finding for own in self.data.statements if own.finding.verdict == "impossible"]
        return [
            *(f"table {own.number.table}: {own.proof}" for own in numbers),
            *(finding.proof for finding in statements),
        ]

    def render(self, form: str = "markdown") -> str:
        """Return the audit in a format of tables; BenchError for an unknown one."""
        from bench.tables.audited import rendered

        return rendered(self.data, self.name, form_of(form, None), self.every)

    def save(self, out: str | Path, form: str | None = None) -> None:
        """Write the audit to a file, by default in the format of its suffix; BenchError if that is impossible."""
        write_out(out, self.render(form_of(form, out)) + "\n")

    def __str__(self) -> str:
        return self.render()

    def _repr_html_(self) -> str:
        return self.render("html")


@checked
def audit(
    numbers: str | Path | None = None,
    *,
    statements: str | Path | None = None,
    texts: str | Path | None = None,
    every: bool = False,
) -> AuditReport:
    """Return whether the numbers of a file can be true, by default those of the paper.

    ``statements`` and ``texts`` are files beside it; docs/audit.md defines the columns of all three. ``every``
    also shows numbers of which there is nothing to remark. BenchError for a file of another form.
    """
    from bench.auditing.audit import audit as audited
    from bench.auditing.audit import audit_of_the_paper, registered_checks
    from bench.auditing.reading import read_publication

    if numbers is None:
        if statements is not None or texts is not None:
            raise BenchError("--statements and --texts are of the numbers of a file; name that first")
        return AuditReport(audit_of_the_paper(), "the paper's numbers", every)
    publication = read_publication(numbers, statements, texts)
    return AuditReport(audited(publication, registered_checks(Registry())), publication.name, every)
