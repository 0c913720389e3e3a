"""Makes the suite's plain Python importable without a database.

``from odoo.addons.mfg_integration_core.protocols import cloudevents`` works in
tests/unit as it does inside Odoo, from the tree of the series under test.
"""

import os

try:
    import odoo.addons
except ImportError:
    # The devkit's own checks run where no Odoo is.
    ODOO_ADDONS = None
else:
    ODOO_ADDONS = odoo.addons

if ODOO_ADDONS is not None:
    for folder in os.environ.get("MFG_ADDONS_PATH", "").split(","):
        if folder and folder not in ODOO_ADDONS.__path__:
            ODOO_ADDONS.__path__.append(folder)
