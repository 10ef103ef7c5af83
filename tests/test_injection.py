"""What comes from outside is data and never becomes a program: read from the source.

A statement of SQL is made of our constants and question marks, a template is a file of ours, and nothing is evaluated,
unpickled, or handed to a shell.
"""

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
STORE = ROOT / "src" / "alia_watch" / "store"
RUNS_SQL = {"execute", "executemany", "executescript", "query", "rows", "tuples"}
#: Takes a condition or a column as text where it could take anything: none is used.
TAKES_SQL = {"rows_where", "count_where", "delete_where", "pks_and_rows_where", "create_view", "search", "search_sql"}
#: Texts put into a statement, or handed on as one, that are no constants where they stand, and what they are.
GIVEN = {
    ("database.py", "sql"): "handed on as it was given by another file of the store",
    ("migrations.py", "statement"): "a part of a migration's own text",
    ("signups.py", "where"): "one of two conditions, written where it is called",
    ("whole.py", "name"): "a table's own name, out of the schema",
}
#: Calls that make a program of text, or objects of bytes.
PROGRAMS = {
    "eval", "exec", "compile", "__import__", "from_string", "system", "popen", "Template", "loads_pickle",
    "create_subprocess_shell", "execfile", "overlay",
}  # fmt: skip
LOADERS = {"pickle", "marshal", "shelve", "dill", "jsonpickle", "yaml", "code", "codeop", "subprocess", "ctypes",
           "tarfile", "mako", "chameleon"}  # fmt: skip
#: Where markup that was made before is put into a page, and by what template it was made, escaped.
MADE_BEFORE = {
    ("bot/alia_bot/web/templates/report.html", "inside"),
    ("bot/alia_bot/web/templates/front.html", "found.beneath"),
    ("bot/alia_bot/web/templates/front.html", "found.figures"),
}


@cache
def trees() -> dict[Path, ast.Module]:
    paths = sorted([*(ROOT / "src" / "alia_watch").rglob("*.py"), *(ROOT / "bot" / "alia_bot").rglob("*.py")])
    return {path: ast.parse(path.read_text(encoding="utf-8")) for path in paths}


class Constant:
    """Whether an expression can be nothing but text that stands in the source, in one function."""

    def __init__(self, function: ast.AST) -> None:
        self.names: dict[str, list[ast.expr]] = {}
        for node in ast.walk(function):
            if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
                self.names.setdefault(node.targets[0].id, []).append(node.value)
            if isinstance(node, ast.For | ast.comprehension) and isinstance(node.target, ast.Name):
                self.names.setdefault(node.target.id, []).append(node.iter)
        inside = [each.args for each in ast.walk(function) if isinstance(each, ast.FunctionDef | ast.Lambda)]
        self.taken = {each.arg for args in inside for each in (*args.posonlyargs, *args.args, *args.kwonlyargs)}

    def holds(self, node: ast.expr) -> bool:  # noqa: PLR0912  a line for each form that there is
        match node:
            case ast.Constant():
                return True
            case ast.Name(id=name):
                if re.fullmatch(r"_?[A-Z][A-Z_0-9]*", name):
                    return True
                given = [] if name in self.taken else self.names.get(name, [])
                return bool(given) and all(self.holds(each) for each in given)
            case ast.Attribute(value=ast.Name(id=owner), attr=name):  # a member of an enumeration
                return owner[:1].isupper() and name.isupper()
            case ast.JoinedStr(values=parts):
                return all(self.holds(part.value) if isinstance(part, ast.FormattedValue) else True for part in parts)
            case ast.BoolOp(values=parts):
                return all(self.holds(each) for each in parts)
            case ast.Call(func=ast.Name(id="reversed" | "sorted"), args=[inner]):
                return self.holds(inner)
            case ast.IfExp(body=one, orelse=other):
                return self.holds(one) and self.holds(other)
            case ast.BinOp(left=ast.Constant(value="?"), op=ast.Mult()):  # so many question marks
                return True
            case ast.BinOp(left=one, right=other):
                return self.holds(one) and self.holds(other)
            case ast.Tuple(elts=parts) | ast.List(elts=parts):
                return all(self.holds(each) for each in parts)
            case ast.Starred(value=inner) | ast.Subscript(value=inner):
                return self.holds(inner)
            case ast.GeneratorExp(elt=inner) | ast.ListComp(elt=inner):
                return self.holds(inner)
            case ast.Call(func=ast.Attribute(value=owner, attr="join" | "format"), args=given):
                return self.holds(owner) and all(self.holds(each) for each in given)
        return False


def statements(path: Path) -> Iterator[tuple[int, ast.expr, Constant]]:
    """What is run as SQL in a file of the store, with the function it stands in."""
    top = [
        inner for node in trees()[path].body for inner in (node, *(node.body if isinstance(node, ast.ClassDef) else ()))
    ]
    for function in (each for each in top if isinstance(each, ast.FunctionDef)):
        constant = Constant(function)
        for node in ast.walk(function):
            runs = isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in RUNS_SQL
            if runs and node.args:
                yield node.lineno, node.args[0], constant


def test_sql_is_made_of_constants_and_question_marks() -> None:
    """Whatever is put into a statement stands in the source; what does not is named here, with what it is."""
    faults, seen, run = [], set(), 0
    for path in sorted(STORE.glob("*.py")):
        for line, sql, constant in statements(path):
            run += 1
            if constant.holds(sql):
                continue
            loose = [part.value for part in getattr(sql, "values", [sql]) if isinstance(part, ast.FormattedValue)] or [
                sql
            ]
            for part in (each for each in loose if not constant.holds(each)):
                key = (path.name, ast.unparse(part))
                seen.add(key)
                if key not in GIVEN:
                    faults.append(f"{path.name}:{line}: {ast.unparse(part)}")
    assert faults == []
    assert seen == set(GIVEN), "what is named here is not there any more"
    assert run > 100


@pytest.mark.parametrize(
    ("body", "sound"),
    [
        ("db.execute(f'SELECT {_ALL} FROM t')", True),
        ("marks = ', '.join('?' * len(x)); db.execute(f'IN ({marks})')", True),
        ("for t in ('a', 'b'): db.execute(f'DELETE FROM {t}')", True),
        ("db.execute('SELECT ' + x)", False),
        ("db.execute(f'WHERE a = {x!r}')", False),
        ("db.execute('WHERE a = %s' % x)", False),
        ("db.execute('WHERE a = {}'.format(x))", False),
        ("y = x.strip(); db.execute(f'WHERE a = {y}')", False),
        ("y = 'a'; y = x; db.execute(f'WHERE a = {y}')", False),
        ("db.execute(f'WHERE a IN ({\", \".join(x)})')", False),
        ("db.execute(x)", False),
    ],
)
def test_the_reader_of_statements_tells_data_from_constants(body: str, sound: bool) -> None:
    """What the test above stands on."""
    (function,) = ast.parse(f"def f(db, x):\n    {body}").body
    calls = [n for n in ast.walk(function) if isinstance(n, ast.Call) and getattr(n.func, "attr", "") == "execute"]
    assert [Constant(function).holds(call.args[0]) for call in calls] == [sound]


def test_nothing_else_takes_sql() -> None:
    """No call that takes a condition as text, and no statement built outside of the store."""
    faults = []
    for path, tree in trees().items():
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
                if node.func.attr in TAKES_SQL and path.is_relative_to(STORE):
                    faults.append(f"{path.name}:{node.lineno}: {node.func.attr}")
                owner = ast.unparse(node.func.value)
                if (
                    node.func.attr in RUNS_SQL
                    and owner in ("db", "connection", "conn")
                    and not path.is_relative_to(STORE)
                ):
                    faults.append(f"{path.name}:{node.lineno}: {owner}.{node.func.attr}")
    assert faults == []


def test_no_text_becomes_a_program() -> None:
    """Nothing is evaluated, no template is made of a text, nothing is unpickled by us, and no shell is asked."""
    faults = []
    for path, tree in trees().items():
        for node in ast.walk(tree):
            if isinstance(node, ast.Call):
                name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
                owner = ast.unparse(node.func.value) if isinstance(node.func, ast.Attribute) else ""
                if name in PROGRAMS and owner != "re":
                    faults.append(f"{path.name}:{node.lineno}: {name}")
                if any(keyword.arg == "shell" for keyword in node.keywords):
                    faults.append(f"{path.name}:{node.lineno}: shell=")
            if isinstance(node, ast.Import | ast.ImportFrom):
                named = [alias.name for alias in node.names] if isinstance(node, ast.Import) else [str(node.module)]
                faults += [f"{path.name}:{node.lineno}: {each}" for each in named if each.split(".")[0] in LOADERS]
    assert faults == []


def test_every_template_escapes() -> None:
    """Each environment loads files of ours, escapes HTML, and fails at what it was not given."""
    environments = [
        (path, node)
        for path, tree in trees().items()
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "Environment"
    ]
    assert len(environments) == 2
    for path, node in environments:
        given = {keyword.arg: ast.unparse(keyword.value) for keyword in node.keywords}
        assert given["loader"].startswith("PackageLoader("), path.name
        assert given["autoescape"].startswith("select_autoescape("), path.name
        assert given["undefined"] == "StrictUndefined", path.name


def test_only_what_a_template_made_is_put_in_as_it_is() -> None:
    """`| safe` stands where blocks are that another template has escaped; no template turns escaping off."""
    found = set()
    for path in [*(ROOT / "bot").rglob("templates/*"), *(ROOT / "src").rglob("templates/*")]:
        text, name = path.read_text(encoding="utf-8"), path.relative_to(ROOT).as_posix()
        found |= {(name, given) for given in re.findall(r"([\w.]+)\s*\|\s*safe\b", text)}
        assert not re.search(r"autoescape|\{%-?\s*(?:include|import|extends|from)\s+[a-z]", text), name
    assert found == MADE_BEFORE
    marked = [p.name for p, tree in trees().items() for n in ast.walk(tree) if getattr(n, "id", "") == "Markup"]
    assert [name for name in marked if not name.startswith("telegram_")] == []
