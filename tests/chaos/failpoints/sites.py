"""Where the worker can die: every await, every call of a Kafka client, and every place where work goes from one thread
to another in its code, found and instrumented.

The product has no hook for this. Its modules are compiled from a changed syntax tree: `await x` becomes
`after(site, (before(site), await x)[1])`, and a call of a method that has the name of one of a Kafka client's becomes
`method(site, receiver, name)(...)`, which looks at run time whether the receiver is such a client.
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder, SourceFileLoader
from pathlib import Path
from types import CodeType, ModuleType
from typing import Any, Final

ROOT: Final = Path(__file__).parents[3]
#: what the worker consists of; the core knows neither awaits nor Kafka
PACKAGES: Final = ("processors", "faust_confluent", "runtime")
PURE: Final = "processors.correlation"
#: the name under which the changed modules find this machinery
HOOK: Final = "__failpoints__"
_CLIENTS: Final = frozenset({"Consumer", "Producer", "AdminClient"})
#: of confluent-kafka's clients: all that may speak to a broker, or change what the client will ask of it
_METHODS: Final = frozenset(
    {
        "abort_transaction", "alter_configs", "assign", "begin_transaction", "close", "commit", "commit_transaction",
        "committed", "consume", "create_partitions", "create_topics", "delete_records", "delete_topics",
        "describe_configs", "describe_topics", "flush", "get_watermark_offsets", "incremental_alter_configs",
        "incremental_assign", "incremental_unassign", "init_transactions", "list_offsets", "list_topics",
        "offsets_for_times", "pause", "poll", "position", "produce", "purge", "resume", "seek",
        "send_offsets_to_transaction", "store_offsets", "subscribe", "unassign", "unsubscribe",
    }
)  # fmt: skip
#: from here on another thread goes on with it, as others do after an await
_HAND_OVERS: Final = frozenset({"call_soon_threadsafe", "run_coroutine_threadsafe", "submit"})
_LONGEST: Final = 60
#: asynchronous in name: neither its beginning nor its end gives way to anything
_WITHOUT_AWAIT: Final = "asyncio.timeout("


@dataclass(frozen=True, slots=True)
class Site:
    """One await, call or hand-over. name: file, function, text: it outlives edits elsewhere; line: as of now."""

    name: str
    line: int
    is_await: bool

    @property
    def file(self) -> str:
        return self.name.partition(" ")[0]

    @property
    def function(self) -> str:
        """File and function: "processors/lane.py Lane.take"."""
        return self.name.partition(": ")[0]


class _Changer(ast.NodeTransformer):
    def __init__(self, file: str) -> None:
        self._file = file
        self._scope: list[str] = []
        self._clients: set[str] = set()
        self._seen: dict[str, int] = {}
        self.sites: list[Site] = []

    def visit_ImportFrom(self, node: ast.ImportFrom) -> ast.AST:
        if (node.module or "").partition(".")[0] == "confluent_kafka":
            self._clients |= {alias.asname or alias.name for alias in node.names if alias.name in _CLIENTS}
        return node

    def _scoped(self, node: Any) -> ast.AST:
        self._scope.append(node.name)
        changed = self.generic_visit(node)
        self._scope.pop()
        return changed

    visit_FunctionDef = visit_AsyncFunctionDef = visit_ClassDef = _scoped  # noqa: N815 - ast's names

    def visit_Await(self, node: ast.Await) -> ast.AST:
        what = node.value.func if isinstance(node.value, ast.Call) else node.value
        site = self._site(node, f"await {ast.unparse(what)}", is_await=True)
        self.generic_visit(node)
        return self._around(site, node)

    def visit_AsyncFor(self, node: ast.AsyncFor) -> ast.AST:
        what = node.iter.func if isinstance(node.iter, ast.Call) else node.iter
        site = self._site(node, f"async for {ast.unparse(what)}", is_await=True)
        self.generic_visit(node)
        node.iter = _call("each", node.iter, ast.Constant(site), node.iter)
        return node

    def visit_AsyncWith(self, node: ast.AsyncWith) -> ast.AST:
        if all(ast.unparse(item.context_expr).startswith(_WITHOUT_AWAIT) for item in node.items):
            return self.generic_visit(node)
        raise NotImplementedError(
            f"{self._file}:{node.lineno}: an `async with` awaits twice: teach the failpoints that"
        )

    def visit_comprehension(self, node: ast.comprehension) -> ast.AST:
        if node.is_async:
            raise NotImplementedError(f"{self._file}: an asynchronous comprehension: teach the failpoints that")
        return self.generic_visit(node)

    def visit_Call(self, node: ast.Call) -> ast.AST:
        function = node.func
        if isinstance(function, ast.Attribute) and function.attr in _METHODS:
            site = self._site(node, f"{ast.unparse(function)}()", is_await=False)
            self.generic_visit(node)
            assert isinstance(node.func, ast.Attribute)
            arguments = (ast.Constant(site), node.func.value, ast.Constant(function.attr))
            node.func = _call("method", node.func, *arguments)
            return node
        if isinstance(function, ast.Attribute) and function.attr in _HAND_OVERS:
            site = self._site(node, f"{ast.unparse(function)}()", is_await=False)
            self.generic_visit(node)
            return self._around(site, node, "crossing")
        if isinstance(function, ast.Name) and function.id in self._clients:
            site = self._site(node, f"{function.id}()", is_await=False)
            self.generic_visit(node)
            return self._around(site, node, "crossing")
        return self.generic_visit(node)

    def _site(self, node: ast.expr | ast.stmt, what: str, *, is_await: bool) -> str:
        where = ".".join(self._scope) or "module"
        text = what if len(what) <= _LONGEST else what[: _LONGEST - 3] + "..."
        name = f"{self._file} {where}: {text}"
        count = self._seen[name] = self._seen.get(name, 0) + 1
        if count > 1:
            name = f"{name} ({count})"
        self.sites.append(Site(name, node.lineno, is_await))
        return name

    @staticmethod
    def _around(site: str, node: ast.expr, begin: str = "before") -> ast.AST:
        both = ast.Tuple([_call(begin, node, ast.Constant(site)), node], ast.Load())
        return _call("after", node, ast.Constant(site), ast.Subscript(both, ast.Constant(1), ast.Load()))


def _call(name: str, near: ast.AST, *arguments: ast.expr) -> ast.Call:
    function = ast.Attribute(ast.Name(HOOK, ast.Load()), name, ast.Load())
    return ast.copy_location(ast.Call(function, list(arguments), []), near)


def changed(source: bytes | str, file: str) -> tuple[ast.Module, list[Site]]:
    """The tree with a hook at each site, and the sites. file: as it is to be named."""
    changer = _Changer(file)
    tree = changer.visit(ast.parse(source))
    return ast.fix_missing_locations(tree), changer.sites


def sites_of(file: Path) -> list[Site]:
    """The sites of one file of the project."""
    return changed(file.read_bytes(), str(file.relative_to(ROOT)))[1]


class _Loader(SourceFileLoader):
    hook: Any
    found: dict[str, Site]

    def get_code(self, fullname: str) -> CodeType:
        # not through the cache of compiled files: neither read what is unchanged from it nor write what is changed
        path = self.get_filename(fullname)
        tree, sites = changed(self.get_data(path), str(Path(path).relative_to(ROOT)))
        self.found.update({site.name: site for site in sites})
        return compile(tree, path, "exec", dont_inherit=True)

    def exec_module(self, module: ModuleType) -> None:
        module.__dict__[HOOK] = self.hook
        super().exec_module(module)


class _Finder(MetaPathFinder):
    def __init__(self, hook: Any, found: dict[str, Site]) -> None:
        self._hook = hook
        self._found = found

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if fullname.partition(".")[0] not in PACKAGES or fullname.startswith(PURE):
            return None
        # the project's own files, wherever an installed copy may lie
        spec = PathFinder.find_spec(fullname, path or [str(ROOT)])
        if spec is not None and isinstance(spec.loader, SourceFileLoader):
            loader = _Loader(spec.loader.name, spec.loader.path)
            loader.hook, loader.found = self._hook, self._found
            spec.loader = loader
        return spec


def instrument(hook: Any) -> dict[str, Site]:
    """From now on the worker's modules are imported with hooks; answers the sites met so far, which grow.

    Raises RuntimeError where one of them has been imported already.
    """
    early = [name for name in sys.modules if name.partition(".")[0] in PACKAGES and not name.startswith(PURE)]
    if early:
        raise RuntimeError(f"imported before they could be instrumented: {', '.join(sorted(early))}")
    found: dict[str, Site] = {}
    sys.meta_path.insert(0, _Finder(hook, found))
    return found


__all__ = ["HOOK", "PACKAGES", "PURE", "ROOT", "Site", "changed", "instrument", "sites_of"]
