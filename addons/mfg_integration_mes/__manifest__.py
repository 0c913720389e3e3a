{
    "name": "Manufacturing Integration: MES",
    "summary": "Orders go out to the shop floor, its reports become exact postings",
    "version": "17.0.1.0.0",
    "license": "LGPL-3",
    "author": "Manufacturing Integration",
    "category": "Manufacturing/Manufacturing",
    "depends": ["mfg_integration_core"],
    "data": [
        "security/mfg_production_report_rules.xml",
        "security/ir.model.access.csv",
        "data/mfg_event_type_data.xml",
        "views/mfg_production_report_views.xml",
        "views/mfg_production_posting_views.xml",
        "views/mrp_production_report_views.xml",
        "views/mfg_production_report_menus.xml",
    ],
}
