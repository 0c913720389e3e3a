{
    "name": "Manufacturing Integration: Tests of the Whole Plant",
    "summary": "Tests of what machines, a CMMS, a QMS and people do to one order",
    "version": "17.0.1.0.0",
    "category": "Hidden",
    "author": "Manufacturing Integration",
    "license": "LGPL-3",
    "depends": [
        "mfg_integration_test",
        "mfg_integration_cmms",
        "mfg_integration_edge",
        "mfg_integration_quality",
    ],
}
