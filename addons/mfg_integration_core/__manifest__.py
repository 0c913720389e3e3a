{
    "name": "Manufacturing Integration",
    "summary": "Reliable exchange between Odoo and the systems of a plant",
    "version": "17.0.1.0.0",
    "category": "Manufacturing/Manufacturing",
    "author": "Manufacturing Integration",
    "license": "LGPL-3",
    "depends": ["mrp", "maintenance", "queue_job", "mail"],
    "external_dependencies": {
        "python": ["cryptography", "jmespath", "jsonschema", "PyYAML", "requests"],
    },
    "data": [
        "security/mfg_integration_core_groups.xml",
        "security/ir.model.access.csv",
        "security/mfg_integration_core_rules.xml",
        "data/ir_cron_data.xml",
        "data/ir_sequence_data.xml",
        "data/mfg_audit_entry_data.xml",
        "data/mfg_event_type_data.xml",
        "data/queue_job_function_data.xml",
    ],
    "application": True,
}
