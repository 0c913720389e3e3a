from . import test_models_machine_reports
