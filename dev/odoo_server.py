"""Odoo's command line, as a script.

The same for every kind of Odoo installation. With several workers Odoo starts itself once
more by the name of this script, which ``python -m odoo`` does not survive.
"""

import odoo.cli

if __name__ == "__main__":
    odoo.cli.main()
