"""For pytest with several processes, which share one filestore."""

import os


def pytest_collection_finish(session):
    """After each class Odoo removes files that its database does not know.

    Those of the other process's open transaction are among them; here they stay, and
    go with the run's databases.
    """
    if os.environ.get("PYTEST_XDIST_WORKER"):
        from odoo.tests.common import TransactionCase

        TransactionCase._gc_filestore = classmethod(lambda cls: None)
