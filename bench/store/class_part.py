"""The part of a module that some methods of one class need, cut out of its syntax tree and never run.

It omits only what cannot matter to them: methods that they do not reach through their object, and definitions, plain
values and imports of the module whose names the part does not use. If that is unclear, the whole module is taken.
"""

import ast
from collections.abc import Callable, Collection, Iterator
from copy import copy
from functools import cache
from typing import NamedTuple

_HARMLESS = frozenset(
    {
        *("property", "cached_property", "classmethod", "staticmethod", "abstractmethod", "setter", "override"),
        *("cache", "lru_cache", "dataclass", "contextmanager", "inference_mode", "no_grad"),
    }
)
"""Decorators, by the last word of their names, that affect only what they decorate."""
_PLAIN_BASES = frozenset({"ABC", "Protocol", "object"})
"""Foreign bases that call no method of the class."""
_DYNAMIC = frozenset({"globals", "locals", "vars", "eval", "exec", "__import__", "__name__", "__class__"})
"""Names through which code reaches what it does not name."""

Read = Callable[[str], ast.Module | None]
_FUNCTION = (ast.FunctionDef, ast.AsyncFunctionDef)


class _Unclear(Exception):
    """It is unclear which code is needed."""


class _Link(NamedTuple):
    """A class in the chain from the wanted one to its bases, its module, and its bases within the chain."""

    module: str
    node: ast.ClassDef
    bases: tuple[str, ...]

    def trimmed(self, reached: Collection[str]) -> ast.ClassDef:
        """Return the class without the methods that are not reached."""
        node = copy(self.node)
        node.body = [line for line in node.body if not _droppable(line, reached)] or [ast.Pass()]
        return node

    def names(self, reached: Collection[str]) -> set[str]:
        """Return the names that the trimmed class uses, without those of its bases within the chain."""
        node = self.trimmed(reached)
        node.bases = [base for base in node.bases if not (isinstance(base, ast.Name) and base.id in self.bases)]
        return _names(node)

    def reaches(self, reached: Collection[str]) -> set[str]:
        """Return what the trimmed class reads of its object, and the names that its body uses outside methods."""
        lines = self.trimmed(reached).body
        return set().union(*(_attributes_read(line) if isinstance(line, _FUNCTION) else _names(line) for line in lines))


def class_part(module: str, name: str, methods: Collection[str], read: Read) -> dict[str, ast.Module] | None:
    """Return, by module, what some methods of a class need of the class's module and of its bases' modules.

    ``read`` returns a module's tree, None for a foreign one. The result is None if the whole must be taken.
    """
    read = cache(read)  # each module has one tree: a class is recognised by its node
    try:
        chain = tuple(_chain(module, name, read))
        reached: set[str] = set()
        wider = set(methods)
        while not wider <= reached:
            reached |= wider
            wider = set().union(*(link.reaches(reached) for link in chain))
        return {
            link.module: _part([each for each in chain if each.module == link.module], reached, read) for link in chain
        }
    except (_Unclear, RecursionError):  # a class that is its own base cannot be imported, which is reported elsewhere
        return None


def _chain(module: str, name: str, read: Read) -> Iterator[_Link]:
    """Yield a class and its bases, the wanted one first."""
    tree = read(module)
    definitions = [node for node in tree.body if name in _bound(node)] if tree else []
    node = definitions[0] if len(definitions) == 1 else None
    if tree is None or not isinstance(node, ast.ClassDef) or node.keywords or not _harmless(node.decorator_list):
        raise _Unclear
    if not all(isinstance(base, ast.Name) for base in node.bases):
        raise _Unclear
    bases = tuple(base.id for base in node.bases if isinstance(base, ast.Name) and base.id not in _PLAIN_BASES)
    yield _Link(module, node, bases)
    for base in bases:
        yield from _chain(*_origin(module, base, tree), read)


def _origin(module: str, name: str, tree: ast.Module) -> tuple[str, str]:
    """Return the module and name that a module's name is imported from, else the name itself."""
    imports = (node for node in tree.body if isinstance(node, ast.ImportFrom) and node.module and not node.level)
    aliases = ((node.module or "", alias) for node in imports for alias in node.names)
    return next(
        ((source, alias.name) for source, alias in aliases if name == (alias.asname or alias.name)), (module, name)
    )


def _part(links: Collection[_Link], reached: Collection[str], read: Read) -> ast.Module:
    """Return what the classes of the chain need of the one module that defines them."""
    tree = read(next(iter(links)).module)
    assert tree is not None, "the chain was read from it"
    classes = {id(link.node): link for link in links}
    names: set[str] = set()
    while True:
        nodes = [node for node in tree.body if id(node) in classes or not _inert(node) or names & _bound(node)]
        wider = set().union(
            *(classes[id(node)].names(reached) if id(node) in classes else _names(node) for node in nodes)
        )
        if wider <= names:
            break
        names |= wider
    if names & (_DYNAMIC | {link.node.name for link in links}):  # an object made here may go anywhere
        raise _Unclear
    return ast.Module(
        [classes[id(node)].trimmed(reached) if id(node) in classes else _imported(node, names) for node in nodes], []
    )


def _droppable(line: ast.stmt, reached: Collection[str]) -> bool:
    if not isinstance(line, _FUNCTION) or not _inert(line):
        return False
    return line.name not in reached and not (line.name.startswith("__") and line.name.endswith("__"))


def _attributes_read(method: ast.FunctionDef | ast.AsyncFunctionDef) -> set[str]:
    """Return the attributes that a method reads of its object; unclear if it passes the object on or inspects it."""
    first = [argument.arg for argument in (*method.args.posonlyargs, *method.args.args)][:1]
    own = {"super", *first} if "staticmethod" not in map(_last_word, method.decorator_list) else {"super"}
    attributes: set[str] = set()
    followed: set[int] = set()
    for node in ast.walk(method):
        if isinstance(node, ast.Attribute):
            value = node.value.func if isinstance(node.value, ast.Call) and not node.value.args else node.value
            if isinstance(value, ast.Name) and value.id in own:
                followed.add(id(value))
                attributes.add(node.attr)
    everywhere = {id(node) for node in ast.walk(method) if isinstance(node, ast.Name) and node.id in own}
    if everywhere != followed or any(name.startswith("__") for name in attributes - {"__init__"}):
        raise _Unclear
    return attributes


def _inert(node: ast.stmt) -> bool:
    """Return whether running a statement of a module or class does nothing but bind names."""
    if isinstance(node, _FUNCTION):
        defaults = [*node.args.defaults, *filter(None, node.args.kw_defaults)]
        return _harmless(node.decorator_list) and not any(map(_calls, defaults))
    if isinstance(node, ast.ClassDef):
        return not node.keywords and not node.bases and _harmless(node.decorator_list) and all(map(_inert, node.body))
    if isinstance(node, ast.ImportFrom):
        return node.module != "__future__" and all(alias.name != "*" for alias in node.names)
    if isinstance(node, ast.Assign):
        return all(isinstance(target, ast.Name) for target in node.targets) and not _calls(node.value)
    if isinstance(node, ast.AnnAssign):
        return isinstance(node.target, ast.Name) and not (node.value and _calls(node.value))
    return isinstance(node, ast.Import | ast.Pass)


def _bound(node: ast.stmt) -> set[str]:
    """Return the names that an inert statement binds."""
    if isinstance(node, (*_FUNCTION, ast.ClassDef)):
        return {node.name}
    if isinstance(node, ast.Import | ast.ImportFrom):
        return {_called(alias) for alias in node.names}
    targets = node.targets if isinstance(node, ast.Assign) else [node.target] if isinstance(node, ast.AnnAssign) else []
    return {target.id for target in targets if isinstance(target, ast.Name)}


def _imported(node: ast.stmt, names: Collection[str]) -> ast.stmt:
    """Return an import without the unused names; any other statement unchanged."""
    if not isinstance(node, ast.Import | ast.ImportFrom) or not _inert(node):
        return node
    fewer = copy(node)
    fewer.names = [alias for alias in node.names if _called(alias) in names]
    return fewer


def _called(alias: ast.alias) -> str:
    return (alias.asname or alias.name).partition(".")[0]


def _calls(node: ast.expr) -> bool:
    return any(isinstance(inner, ast.Call | ast.Await | ast.NamedExpr) for inner in ast.walk(node))


def _harmless(decorators: Collection[ast.expr]) -> bool:
    return _HARMLESS.issuperset(map(_last_word, decorators))


def _last_word(decorator: ast.expr) -> str:
    function = decorator.func if isinstance(decorator, ast.Call) else decorator
    return ast.unparse(function).rpartition(".")[2]


def _names(node: ast.AST) -> set[str]:
    return {inner.id for inner in ast.walk(node) if isinstance(inner, ast.Name)}
