"""The commands of the Makefile."""

import os
import shutil
import sys
import time

import databases
import postgres
import processes
import python_env
from locks import lock
from settings import CACHE, CHECKOUT, DATA, ROOT, RUN, Problem, say
from stack import Stack


def demo():
    return _script("demo", "dev/demo.py")


def bench():
    return _script("bench", "dev/bench.py")


def _script(purpose, script):
    """A fresh database with the add-on, then a script that finds all it needs in ``Stack``."""
    with lock(f"{purpose}-{CHECKOUT}"), Stack(purpose) as stack:
        stack.fresh_database()
        return stack.run_script(script)


def test():
    import tests_runner

    return tests_runner.main()


def drill():
    import tests_runner

    return tests_runner.main(drill=True)


def lint():
    import lint as checks

    checks.check(python_env.ensure())


def format():
    import lint as checks

    checks.fix(python_env.ensure())


def run():
    with lock(f"run-{CHECKOUT}"), Stack("run") as stack:
        if os.environ.get("FRESH"):
            stack.fresh_database()
        else:
            stack.updated_database()
        env = {}
        if (ROOT / "sandbox" / "__main__.py").exists():
            # the same port each time, if it is free: the account keeps the sandbox's address
            sandbox = stack.start_sandbox(port=8070)
            env["AMAZON_CONNECTOR_SANDBOX_URL"] = sandbox.url
            print(f"Sandbox  {sandbox.url}")
        odoo = stack.start_odoo(port=8069, crons=2, env=env)
        print(f"Odoo     {odoo.url}   user admin, password admin")
        print(f"Logs     {stack.logs}\nCtrl-C stops both.", flush=True)
        while all(server.alive() for server in stack.servers):
            time.sleep(1)
        raise Problem("A server ended by itself, see the logs.")


def env():
    stack = Stack("test")
    names = [
        "PATH",
        "PYTHONPATH",
        *(n for n in stack.env if n.startswith("AMAZON_CONNECTOR")),
    ]
    for name in names:
        print(f"export {name}='{stack.env[name]}'")
    print(f"export ODOO_RC='{stack.conf}'")


def stop():
    for name in processes.stop_remembered():
        say(f"stopped {name}")
    if postgres.is_possible():
        postgres.stop()


def clean():
    if RUN.exists() and postgres.is_possible():
        postgres.ensure()
        databases.drop_all(CHECKOUT, DATA)
    stop()
    shutil.rmtree(RUN, ignore_errors=True)


def clean_cache():
    if postgres.is_given():
        databases.drop_templates()  # a cluster of ours goes as a whole
    clean()
    if postgres.is_possible() and not postgres.is_given():
        shutil.rmtree(postgres.home(), ignore_errors=True)
    shutil.rmtree(CACHE, ignore_errors=True)


COMMANDS = {
    "demo": demo,
    "bench": bench,
    "test": test,
    "drill": drill,
    "lint": lint,
    "format": format,
    "run": run,
    "env": env,
    "stop": stop,
    "clean": clean,
    "clean-cache": clean_cache,
}


def main():
    if len(sys.argv) != 2 or sys.argv[1] not in COMMANDS:
        print(f"usage: dev/cli.py {{{'|'.join(COMMANDS)}}}", file=sys.stderr)
        return 2
    try:
        return COMMANDS[sys.argv[1]]() or 0
    except Problem as problem:
        print(problem, file=sys.stderr, flush=True)
        return 1
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    sys.exit(main())
