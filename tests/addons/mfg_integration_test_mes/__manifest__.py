{
    "name": "Manufacturing Integration: Tests of Costs",
    "summary": "Tests of what reports of the shop floor do to stock value and cost",
    "version": "17.0.1.0.0",
    "category": "Hidden",
    "author": "Manufacturing Integration",
    "license": "LGPL-3",
    "depends": ["mfg_integration_mes", "mrp_account"],
}
