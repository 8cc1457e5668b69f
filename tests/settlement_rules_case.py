"""What the tests of settlement accounts and rules share."""

from odoo.exceptions import ValidationError
from odoo.tests import new_test_user

from .settlement_case import SettlementCase

BOOKKEEPER = "account.group_account_manager,amazon_connector.group_amazon_user"


class AccountsCase(SettlementCase):
    prepared = False  # what an account gets is what is tested

    def settings(self, account, kind=None):
        domain = [("account_id", "in", (False, account.id))]
        if kind:
            domain.append(("kind", "=", kind))
        return self.env["amazon.settlement.account"].search(domain)

    def make_ledger(self, name, account_type="expense", **values):
        Ledger = self.env["account.account"]
        return Ledger.create(
            {
                "name": name,
                "code": Ledger._search_new_account_code("880000"),
                "account_type": account_type,
                **values,
            }
        )

    def set_up(self, account):
        """Press Propose from Chart of Accounts."""
        self.env["amazon.settlement.account"].action_propose()
        return account

    def assertRefused(self, words, method, *args, **kwargs):
        with self.assertRaises(ValidationError) as caught, self.cr.savepoint():
            method(*args, **kwargs)
        self.assertIn(words, str(caught.exception))

    def flush_tracking(self):
        self.env.flush_all()
        self.cr.precommit.run()


class MappingCase(AccountsCase):
    def setUp(self):
        super().setUp()
        self.account, _seller = self.bookable()
        self.Rule = self.env["amazon.settlement.mapping"]

    def rule(self, description="Something new", **values):
        return self.Rule.create(
            {
                "amount_description": description,
                "role": "expense",
                "kind": "feeadj",
                "category": "other_expense",
                **values,
            }
        )

    def found(self, triple, marketplace="", account=None):
        rule = self.Rule._rules(account or self.account).find(triple, marketplace)
        return self.Rule.browse(rule and rule.key)

    def shipped(self, **values):
        domain = [("origin", "=", "shipped")]
        return self.Rule.search(domain + [(k, "=", v) for k, v in values.items()])

    def user(self, login="bookkeeper", groups=BOOKKEEPER):
        return new_test_user(self.env, login, groups=groups)
