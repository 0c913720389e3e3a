{
    "name": "Manufacturing Integration: Edge and MES",
    "summary": "What machines count is reported and posted like any other output",
    "version": "17.0.1.0.0",
    "license": "LGPL-3",
    "author": "Manufacturing Integration",
    "category": "Manufacturing/Manufacturing",
    "depends": ["mfg_integration_edge", "mfg_integration_mes"],
    "data": [
        "views/mfg_edge_window_views.xml",
        "views/mfg_production_report_views.xml",
        "views/mrp_production_views.xml",
    ],
    "auto_install": True,
}
