"""Who may import whom: the add-on's rooms depend on each other in one direction only."""

import ast

from settings import ROOT

ROOMS = ("spapi", "sync", "models", "wizards", "controllers", "sandbox", "tests", "dev")
# room -> what it must not import: Odoo, or another room of the add-on
FORBIDDEN = {
    "spapi": {"odoo", *ROOMS} - {"spapi"},
    "sandbox": {"odoo", *ROOMS} - {"sandbox"},
    "sync": {"models", "wizards", "controllers", "sandbox", "tests", "dev"},
    "models": {"wizards", "controllers", "sandbox", "tests", "dev"},
    "wizards": {"controllers", "sandbox", "tests", "dev"},
    "controllers": {"sandbox", "tests", "dev"},
}


def problems():
    found = []
    for room, forbidden in FORBIDDEN.items():
        for path in sorted((ROOT / room).rglob("*.py")):
            for line, name in _imports(path):
                if name in forbidden:
                    found.append(
                        f"{path.relative_to(ROOT)}:{line}: {room}/ must not import {name}"
                    )
    return found


def _imports(path):
    """Yield (line, what): ``odoo`` or any outside package, or the room an import leads to."""
    try:
        tree = ast.parse(path.read_text(encoding="utf-8"))
    except SyntaxError:
        return  # ruff reports it better
    here = path.relative_to(ROOT).parent.parts
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield node.lineno, _target(alias.name.split("."))
        elif isinstance(node, ast.ImportFrom):
            parts = node.module.split(".") if node.module else []
            if node.level:
                parts = [*here[: len(here) - node.level + 1], *parts]
            for alias in node.names:
                yield (
                    node.lineno,
                    _target([*parts, alias.name], inside=bool(node.level)),
                )


def _target(parts, inside=False):
    if parts[:3] == ["odoo", "addons", "amazon_connector"]:
        parts, inside = parts[3:], True
    if inside:
        return parts[0] if parts else ""
    return "odoo" if parts[0] == "odoo" else ""
