"""Every rule about the source finds what it forbids and nothing beside it."""

from pathlib import PurePosixPath

import pytest

from devkit import translation_rule
from devkit.house_rules import HOUSE_RULES
from devkit.neutrality_rules import NEUTRALITY_RULES
from devkit.source_rule import check

MODEL = "addons/mfg_integration_core/models/mfg_lane.py"
HANDLER = "addons/mfg_integration_core/handlers/machine.py"
TEST = "addons/mfg_integration_core/tests/test_lane.py"
VIEW = "addons/mfg_integration_core/views/mfg_lane_views.xml"
TOOL = "tools/mfg_partner_kit/src/mfg_partner_kit/plan.py"
SCRIPT = "addons/mfg_integration_core/static/src/lane.js"
CRON = '<record id="c" model="ir.cron"><field name="name">x</field>{}</record>'
SEARCH = '<search><field name="name"/>{}</search>'

# Rule: where it looks, what it finds, what it leaves alone.
SAMPLES = {
    "sudo-without-reason": (HANDLER, "x.sudo()", "# the door has no user\nx.sudo()"),
    "commit-outside-unit-of-work": (MODEL, "cr.commit()", "commit = None"),
    # Put together, so that this file holds neither a path nor a host.
    "machine-path": ("docs/a.md", "see /" + "opt/odoo/x", "see ~/odoo, tests/work/x"),
    "registry-host": ("docs/a.md", "from pypi" + ".org", "from PyPI"),
    "sleep-in-test": (TEST, "time.sleep(1)", "time.time()"),
    "unfinished": (MODEL, "# TODO later", "todo = 1"),
    "core-imports-domain": (
        MODEL,
        "from odoo.addons.mfg_integration_cmms import x",
        "from odoo.addons.mfg_integration_core import x",
    ),
    "tool-imports-suite": (
        TOOL,
        "from mfg_integration_core.protocols import cloudevents",
        "from mfg_partner_kit.errors import KitError",
    ),
    "print-in-addon": (MODEL, "    print(1)", "    fingerprint(1)"),
    "registry-import": (MODEL, "from odoo import api, registry", "env.registry"),
    "osv": (MODEL, "from odoo.osv import expression", "osvaldo"),
    "read-group": (MODEL, "self.read_group([])", "self._read_group([])"),
    "name-search": (MODEL, "def _name_search(self)", "_rec_names_search = []"),
    "name-get": (MODEL, "def name_get(self)", "display_name"),
    "access-check": (MODEL, "x.check_access('read')", "compat.check_access_of(x)"),
    "user-has-groups": (MODEL, "self.user_has_groups('x')", "user.has_group('x')"),
    "translated-default": (
        MODEL,
        "default=lambda s: _('New')",
        "default=lambda self: _('New')",
    ),
    "group-expand": (
        MODEL,
        "def _group_expand_stage(self, stages, domain, order):",
        "def _group_expand_stage(self, stages, domain, order=None):",
    ),
    "auto-join": (MODEL, "auto_join=True", "auto_join"),
    "uom-category": (MODEL, "a.uom_id.category_id", "a.category_id"),
    "storable": (MODEL, '"detailed_type": "product"', "compat.storable_vals(env)"),
    "old-helper": (MODEL, "get_module_resource('x')", "file_path('x')"),
    "form-import": (
        TEST,
        "from odoo.tests.common import Form",
        "from odoo.tests import Form",
    ),
    "user-in-test": (TEST, '{"groups_id": []}', "user.groups_id"),
    "tree-in-code": (MODEL, '(False, "tree")', '(False, "list")'),
    "tree-in-action": (
        VIEW,
        '<field name="view_mode">tree,form</field>',
        '<field name="view_mode">tree</field>\n<field name="act_window_id" ref="a"/>',
    ),
    "inline-action": (VIEW, '<field name="target">inline</field>', "inline"),
    "search-group": (
        VIEW,
        SEARCH.format('<group expand="0"></group>'),
        SEARCH.format("<group></group>") + '<group string="x"/>',
    ),
    "kanban-parts": (VIEW, 'class="o_kanban_record_bottom"', 'class="d-flex"'),
    "jsonb-widget": (VIEW, 'widget="jsonb"', 'widget="badge"'),
    "js-service": (SCRIPT, 'useService("rpc")', 'useService("orm")'),
    "tour-step": (SCRIPT, 'run: "text x"', 'run: "click"'),
    "domain-class": (MODEL, "Domain(x)", "domain(x)"),
    "aggregator": (MODEL, 'aggregator="sum"', 'group_operator="sum"'),
    "constraint-class": (MODEL, "models.Constraint(x)", "models.Model"),
    "list-tag": (VIEW, "<list>", "<tree>"),
    "chatter-tag": (VIEW, "<chatter/>", '<div class="oe_chatter"/>'),
    "group-ids": (VIEW, 'name="group_ids"', 'name="groups_id"'),
    "env-translation": (MODEL, "self.env._('x')", "_('x')"),
    "cron-runs-once": (
        VIEW,
        CRON.format(""),
        CRON.format('<field name="numbercall">-1</field>'),
    ),
}
RULES = {rule.name: rule for rule in (*HOUSE_RULES, *NEUTRALITY_RULES)}


def found(name, path, text):
    return [finding.rule for finding in check([RULES[name]], PurePosixPath(path), text)]


@pytest.mark.parametrize("name", RULES)
def test_rule_finds_what_it_forbids(name):
    path, forbidden, _ = SAMPLES[name]

    assert found(name, path, f"first_line\n{forbidden}\n") == [name]


@pytest.mark.parametrize("name", RULES)
def test_rule_leaves_alone_what_only_looks_like_it(name):
    path, _, allowed = SAMPLES[name]

    assert found(name, path, f"first_line\n{allowed}\n") == []


def test_finding_names_file_line_rule_and_advice():
    finding = next(check([RULES["osv"]], PurePosixPath(MODEL), "\n\nodoo.osv\n"))

    assert str(finding) == f"{MODEL}:3: osv: write domains as plain lists"


def test_series_may_be_told_apart_in_compat_only():
    compat = "addons/mfg_integration_core/compat.py"

    assert found("storable", compat, "is_storable") == []


def test_only_the_unit_of_work_commits():
    allowed = "addons/mfg_integration_core/unit_of_work.py"

    assert found("commit-outside-unit-of-work", allowed, "cr.commit()") == []


def test_reason_for_sudo_may_stand_above_a_longer_statement():
    text = "# looked up before the sender is known\nevent = (\n    x.sudo()\n)\n"

    assert found("sudo-without-reason", HANDLER, text) == []


def test_translation_in_a_generator_is_found():
    text = 'x = "; ".join(\n    _("a %s", b) for b in c\n)\n'

    lines = [
        finding.line for finding in translation_rule.check(PurePosixPath(MODEL), text)
    ]

    assert lines == [2]


def test_translation_before_a_generator_is_left_alone():
    text = 'word = _("a %s")\nx = "; ".join(word % b for b in c)\n'

    assert list(translation_rule.check(PurePosixPath(MODEL), text)) == []
