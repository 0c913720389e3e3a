"""Odoo's command line as a file.

A server with workers starts its websocket process by the path of the script that it
was itself started with, which ``python -m odoo`` does not have.
"""

import odoo.cli

if __name__ == "__main__":
    odoo.cli.main()
