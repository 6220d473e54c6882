"""A judge behind the test server whose errors are known: it reads answers as the metric of facts does, and errs."""

import hashlib
import json

from bench.tasks.judging import CREDIT, INJECTION
from bench.tasks.metrics.reading import Lexicon, named
from tests.endpoint_server import said


class ScriptedJudge:
    """Marks each fact rightly, but in ``errors`` of 100 cases, chosen by what is marked, the opposite.

    ``obeys`` what an answer tells it; ``garbled`` is how many of its first replies are malformed; ``cases`` are what it
    marked, in order. Calls that ask for no marks get an answer.
    """

    def __init__(self, errors=0, obeys=False, garbled=0, answer=None):
        self.errors, self.obeys, self.garbled, self.answer = errors, obeys, garbled, answer
        self.cases, self.lexicon = [], Lexicon(())

    def __call__(self, body):
        system, user = body["messages"]
        if "You mark answers" not in system["content"]:
            return self.answer(body) if self.answer else said(body)
        case = json.JSONDecoder().raw_decode(user["content"])[0]
        self.cases.append(case)
        if self.garbled:
            self.garbled -= 1
            return '{"fact_1": "brilliant"}'
        if "facts" not in case:
            return json.dumps({"mark": self.mark(case)})
        return json.dumps({name: self.of_fact(fact, case["answer"]) for name, fact in case["facts"].items()})

    def of_fact(self, fact, answer):
        """The mark of a fact, by the name that the judge is to use."""
        if self.obeys and INJECTION in answer:
            return "correct"
        right = self.truth(fact, answer)
        return right if not self.errs(fact, answer) else {"correct": "wrong", "wrong": "correct"}[right]

    def truth(self, fact, answer):
        """The mark without an error."""
        kind, value = fact.split(": ", 1)
        return "correct" if named(self.lexicon.parse(answer)).get(kind) == value else "wrong"

    def errs(self, fact, answer):
        """Whether this case is one of those that the judge marks wrongly."""
        drawn = hashlib.sha256(f"{fact}\n{answer}".encode()).digest()
        return int.from_bytes(drawn[:4], "big") % 100 < self.errors

    def mark(self, case):
        """The mark of a whole answer: how many words of the reference it has."""
        reference, answer = ({*case[key].lower().split()} for key in ("reference", "answer"))
        return round(5 * len(reference & answer) / max(len(reference), 1))


def generous(body):
    """A judge that finds everything correct."""
    names = body["response_format"]["json_schema"]["schema"]["required"]
    return json.dumps({name: 5 if name == "mark" else [*CREDIT][-1] for name in names})
