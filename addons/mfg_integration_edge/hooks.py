"""What Odoo's own uninstall cannot do for this addon."""


def uninstall_hook(env):
    """Drop the tables that Odoo does not know how to drop.

    Odoo drops ordinary tables and views of the models it removes; it leaves a
    partitioned table with a warning, and tables without a model unnoticed.
    """
    env.cr.execute("DROP TABLE IF EXISTS mfg_edge_event CASCADE")
    env.cr.execute("DROP TABLE IF EXISTS mfg_edge_event_digest")
    env.cr.execute("DROP TABLE IF EXISTS mfg_edge_reading")
    env.cr.execute("DROP TABLE IF EXISTS mfg_edge_device_boot")
