{
    "name": "Manufacturing Integration: Quality",
    "summary": "Lots in doubt are inspected, held until decided and released by a QMS",
    "version": "17.0.1.0.0",
    "license": "LGPL-3",
    "author": "Manufacturing Integration",
    "category": "Manufacturing/Manufacturing",
    "depends": ["mfg_integration_core", "purchase_stock"],
    "data": [
        "security/mfg_integration_quality_rules.xml",
        "security/ir.model.access.csv",
        "data/ir_sequence_data.xml",
        "data/mfg_event_type_data.xml",
        "views/mfg_quality_inspection_views.xml",
        "views/mrp_production_views.xml",
        "views/stock_lot_views.xml",
        "views/mfg_integration_quality_menus.xml",
    ],
}
