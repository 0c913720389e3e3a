from . import mfg_connector_adapter_test
