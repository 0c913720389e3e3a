{
    "name": "Manufacturing Integration: CMMS",
    "summary": "Maintenance requests become work orders of a CMMS and follow them",
    "version": "17.0.1.0.0",
    "license": "LGPL-3",
    "author": "Manufacturing Integration",
    "category": "Manufacturing/Manufacturing",
    "depends": ["mfg_integration_core", "purchase_stock"],
    "data": [
        "security/mfg_integration_cmms_rules.xml",
        "security/ir.model.access.csv",
        "data/mfg_event_type_data.xml",
        "views/maintenance_request_views.xml",
    ],
}
