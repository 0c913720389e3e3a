"""Each rule turns 17.0 into 19.0, and leaves alone what only looks like it."""

import ast
from pathlib import PurePath

from devkit import port_rules


def test_version_of_the_manifest_becomes_that_of_the_series():
    manifest = '{"version": "17.0.1.2.3", "depends": ["mrp"]}'

    assert port_rules.manifest_version(manifest) == manifest.replace("17.0.1", "19.0.1")


def test_manifest_rule_looks_at_manifests_only():
    changes = port_rules.changed_by(PurePath("model.py"), '"version": "17.0.1.0.0"')

    assert list(changes) == []


def test_trees_become_lists_on_one_line_too():
    view = '<tree string="Trees"><field name="tree_id"/></tree>'

    assert port_rules.list_views(view) == (
        '<list string="Trees"><field name="tree_id"/></list>'
    )


def test_tree_in_the_path_of_a_view_becomes_list():
    view = "<xpath expr=\"//field[@name='move_raw_ids']/tree/field[@name='tree']\"/>"

    assert port_rules.list_views(view) == (
        "<xpath expr=\"//field[@name='move_raw_ids']/list/field[@name='tree']\"/>"
    )


def test_chatter_has_a_tag_of_its_own():
    view = '<div class="oe_chatter">\n<field name="message_ids"/>\n</div><div/>'

    assert port_rules.chatter(view) == "<chatter/><div/>"


def test_chatter_is_found_under_its_new_name():
    view = '<xpath expr="//div[hasclass(\'oe_chatter\')]" position="before"/>'

    assert port_rules.chatter(view) == '<xpath expr="//chatter" position="before"/>'


def test_kanban_templates_have_new_names():
    view = '<t t-name="kanban-box"/><t t-name="kanban-menu"/><t t-name="kanban-boxes"/>'

    assert port_rules.kanban_templates(view) == (
        '<t t-name="card"/><t t-name="menu"/><t t-name="kanban-boxes"/>'
    )


def test_scheduled_actions_lose_the_fields_that_are_gone():
    cron = (
        '    <field name="interval_number">1</field>\n'
        '    <field name="numbercall">-1</field>\n'
        '    <field name="doall" eval="False"/>\n'
    )

    assert port_rules.cron_calls(cron) == (
        '    <field name="interval_number">1</field>\n'
    )


CATEGORY = """
    <record id="category_mfg" model="ir.module.category">
        <field name="name">Integration</field>
    </record>
    <record id="group_viewer" model="res.groups">
        <field name="name">Viewer</field>
        <field name="category_id" ref="category_mfg"/>
        <field name="users" eval="[(4, ref('base.user_admin'))]"/>
    </record>
    <record id="group_hidden" model="res.groups">
        <field name="category_id" ref="base.module_category_hidden"/>
    </record>
    <record id="product" model="product.product">
        <field name="category_id" ref="category_mfg"/>
    </record>
"""


def test_a_privilege_stands_between_a_category_and_its_groups():
    ported = port_rules.group_privileges(CATEGORY)

    assert '<record id="category_mfg_privilege" model="res.groups.privilege">' in ported
    assert '<field name="privilege_id" ref="category_mfg_privilege"/>' in ported
    assert '<field name="name">Integration</field>' in ported


def test_a_group_in_a_category_of_odoo_goes_without_privilege():
    assert "base.module_category_hidden" not in port_rules.group_privileges(CATEGORY)


def test_users_of_a_group_have_a_new_name():
    assert '<field name="user_ids" eval' in port_rules.group_privileges(CATEGORY)


def test_categories_of_other_models_stay():
    ported = port_rules.group_privileges(CATEGORY)

    assert '<field name="category_id" ref="category_mfg"/>\n    </record>\n' in ported


def test_groups_of_records_have_a_new_name_in_both_languages():
    assert port_rules.groups_of_records('name="groups_id"') == 'name="group_ids"'
    assert port_rules.groups_of_records("user.groups_id |= x") == "user.group_ids |= x"


def test_aggregator_is_the_new_name_of_the_group_operator():
    field = 'fields.Float(group_operator="avg")'

    assert port_rules.aggregator(field) == 'fields.Float(aggregator="avg")'


def test_values_are_put_into_the_cache_through_their_field():
    written = "record.env.cache.insert_missing(record, record._fields[name], [value])"

    assert port_rules.cache_of_a_field(written) == (
        "record._fields[name]._insert_cache(record, [value])"
    )


def test_stripped_asset_is_taken_out_whatever_the_manifest_has():
    expected = ("remove", port_rules.STRIPPED_ASSET)
    for manifest in (
        '{"name": "x", "assets": {"web.assets_backend": ["x/static/x.js"]}}',
        '{"name": "x", "assets": {"web.assets_frontend": ["x/static/x.js"]}}',
        '{"name": "x",\n}\n',
    ):
        ported = ast.literal_eval(port_rules.without_stripped_asset(manifest))

        assert ported["assets"]["web.assets_backend"][0] == expected


def test_every_rule_says_why_it_is_there():
    assert all(rule.apply.__doc__ for rule in port_rules.RULES)
