{
    "name": "Manufacturing Integration: Test Models",
    "summary": "Models that only tests of the suite need",
    "version": "17.0.1.0.0",
    "category": "Hidden",
    "author": "Manufacturing Integration",
    "license": "LGPL-3",
    "depends": ["mfg_integration_core"],
    "data": ["data/mfg_event_type_data.xml", "security/ir.model.access.csv"],
}
