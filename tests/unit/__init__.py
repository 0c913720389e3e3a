"""Tests of plain Python: no Odoo, no database, no clock but the one passed in."""
