{
    "name": "Manufacturing Integration: Edge",
    "summary": "Machine states and counts through a thin, high-volume door",
    "version": "17.0.1.0.0",
    "license": "LGPL-3",
    "author": "Manufacturing Integration",
    "category": "Manufacturing/Manufacturing",
    "depends": ["mfg_integration_core"],
    "data": [
        "security/ir.model.access.csv",
        "security/mfg_integration_edge_rules.xml",
        "data/mfg_event_type_data.xml",
        "data/ir_config_parameter_data.xml",
        "data/ir_cron_data.xml",
    ],
    "uninstall_hook": "uninstall_hook",
    "installable": True,
}
