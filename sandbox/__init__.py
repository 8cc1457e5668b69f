"""An Amazon of our own: a stateful HTTP server that speaks the SP-API subset we call.

It knows nothing of Odoo and nothing of the connector. Anyone can try the connector
with it (`python sandbox --port 8890 --seed 1`), and our tests run against it:

    from ..sandbox import Sandbox
    sandbox = Sandbox(seed=1)
    sandbox.start()
    ...
    sandbox.stop()

Where Amazon leaves a behaviour undocumented, the docstring of the file that decides
says what the sandbox chose.
"""

from .random_orders import random_order
from .world import Sandbox

__all__ = ["Sandbox", "random_order"]
