"""The tests are the specification: every promised row has one that names it."""

import re
from pathlib import Path

from odoo.tests import BaseCase, TransactionCase, tagged

HERE = Path(__file__).parent
ORDER_CAPTURE = HERE.parent / "docs" / "order-capture.md"
# sections of the feature list about orders, each with its number of rows
SECTIONS = {4: 36, 5: 29, 6: 8, 7: 7, 8: 14}
# rows of the project's feature list that this version implements, beside those about
# orders, which stand in docs/order-capture.md
ROWS = """
    1.1 1.2 1.3 1.4 1.5 1.6 1.7 1.9 1.11 2.1 2.2 2.3 2.4 2.5 2.6 2.7 2.8 2.9 2.10 2.11
    2.12 2.13 2.14 2.15 2.16 2.17 2.18 2.19 2.20 2.21 2.22 2.23 2.24 2.25 2.26 2.27
    2.28 2.29 2.30 2.31 2.32 2.33 2.34 2.35 9.1 9.2 9.3 9.4 9.5 9.6 9.7 9.8 9.9 9.10
    9.11 9.12 9.13 9.14 9.15 9.17 11.1 11.2 11.3 11.4 11.5 11.6 11.7 11.8 12.1 12.8
""".split()
# edge cases of the accounting of settlements
CASES = range(1, 91)


@tagged("post_install", "-at_install")
class TestSpecification(BaseCase):
    def test_every_row_has_a_test(self):
        """each row is named in the docstring of a test"""
        named = set()
        for text in self.texts():
            for group in re.findall(r'"""rows? ([\d., and]+)', text):
                named.update(re.findall(r"\d+\.\d+", group))
        self.assertFalse(set(ROWS) - named)

    def test_every_case_has_a_test(self):
        """each edge case of settlements is named in the docstring of a test"""
        named = set()
        for text in self.texts():
            for group in re.findall(r'"""[^"\n]*?\bcases? ([\d, and]+)', text):
                named.update(map(int, re.findall(r"\d+", group)))
        self.assertFalse(set(CASES) - named)

    def texts(self):
        for path in HERE.glob("test_*.py"):
            if path.name != Path(__file__).name:
                yield path.read_text()

    def test_every_test_file_runs_in_odoo(self):
        """a file that tests/__init__.py forgets is skipped by Odoo's own runner"""
        imported = set(re.findall(r"\btest_\w+", (HERE / "__init__.py").read_text()))
        self.assertEqual(imported, {path.stem for path in HERE.glob("test_*.py")})


@tagged("post_install", "-at_install")
class TestOrderCaptureTable(TransactionCase):
    """docs/order-capture.md: | row | what | setting | test |"""

    def rows(self):
        """{row: (setting, tests)} of the table."""
        lines = ORDER_CAPTURE.read_text().splitlines()
        cells = [
            line.strip("|").split(" | ") for line in lines if re.match(r"\| \d", line)
        ]
        return {
            row.strip(): (setting, tests)
            for row, _what, setting, tests in (c for c in cells if len(c) == 4)
            if re.fullmatch(r"\d+\.\d+", row.strip())
        }

    def test_every_row_is_there(self):
        """the table lists every row about orders, and the routing of stock"""
        wanted = {
            f"{s}.{n}" for s, last in SECTIONS.items() for n in range(1, last + 1)
        }
        self.assertEqual(set(self.rows()), wanted | {"9.16"})

    def test_every_row_has_its_test(self):
        """each test in the table exists, and its docstring names the row"""
        for row, (_setting, tests) in self.rows().items():
            names = re.findall(r"`(test_\w+)\.(test_\w+)`", tests)
            self.assertTrue(names, f"{row} has no test")
            for file, name in names:
                text = (HERE / f"{file}.py").read_text()
                found = re.search(
                    rf'def {name}\(self[^)]*\):\s+"""rows? ([^:]+):', text
                )
                self.assertTrue(found, f"{file}.{name}")
                self.assertIn(row, re.findall(r"\d+\.\d+", found[1]), name)

    def test_every_setting_exists(self):
        """each setting in the table is a field of a store, an account or a sale"""
        models = ("amazon.store", "amazon.account", "sale.order")
        known = {name for model in models for name in self.env[model]._fields}
        for row, (setting, _tests) in self.rows().items():
            named = set(re.findall(r"`(\w+)`", setting))
            self.assertFalse(named - known, row)
