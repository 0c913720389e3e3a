"""Makes ``mfg_integration_core.protocols`` importable without Odoo."""

from tests import without_odoo

without_odoo.register("mfg_integration_core")
