from . import mfg_production_report_verdict
