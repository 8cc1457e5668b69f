"""``make lint``: the style and safety checks; all of them run, then the verdict."""

import subprocess

import import_rules
from odoo_install import link_addon
from settings import ADDONS, MODULE, ROOT, Problem, say


def check(python):
    link_addon()
    failed = [
        name for name, command, cwd in _tools(python) if not _passes(command, cwd)
    ]
    problems = import_rules.problems()
    for problem in problems:
        print(problem, flush=True)
    if problems:
        failed.append("import rules")
    if failed:
        raise Problem(
            f"lint failed: {', '.join(failed)} ('make format' mends the simple things)"
        )


def fix(python):
    for command in (
        ["check", "--fix-only", "--quiet", "."],
        ["format", "--quiet", "."],
    ):
        subprocess.run([python.parent / "ruff", *command], cwd=ROOT)


def _tools(python):
    tools = python.parent
    yield "ruff", [tools / "ruff", "check", "--quiet", "."], ROOT
    yield "ruff format", [tools / "ruff", "format", "--check", "--quiet", "."], ROOT
    # These two go by the folder's name, so they look at the link that bears the module's.
    rules = f"--rcfile={ROOT / '.pylintrc'}"
    yield "pylint-odoo", [tools / "pylint", rules, "--score=n", MODULE], ADDONS
    yield "oca-checks", [tools / "oca-checks-odoo-module", MODULE], ADDONS


def _passes(command, cwd):
    done = subprocess.run(
        list(map(str, command)), cwd=cwd, capture_output=True, text=True
    )
    if done.returncode:
        say(f"{command[0].name} says")
        print((done.stdout + done.stderr).strip(), flush=True)
    return done.returncode == 0
