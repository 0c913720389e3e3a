from odoo.tests import BaseCase

from odoo.addons.mfg_integration_core.tests.contract_checks import ContractChecks


class TestContractExamples(ContractChecks, BaseCase):
    module = "mfg_integration_cmms"
