{
    "name": "Manufacturing Integration: Edge and MES",
    "summary": "What machines count is reported and posted like any other output",
    "version": "17.0.1.0.0",
    "license": "LGPL-3",
    "author": "Manufacturing Integration",
    "category": "Manufacturing/Manufacturing",
    "depends": ["mfg_integration_edge", "mfg_integration_mes"],
    "auto_install": True,
}
