"""What the 17.0 source must not contain so that both series understand it.

The left side of each rule works on one series only, or means another thing on the
other; ``compat.py`` is the one place where the two may be told apart.
"""

from .source_rule import ADDONS, PYTHON, SCRIPT, XML, SourceRule

COMPAT = ("*/compat.py",)


def _rule(name, pattern, suffixes, advice, *, within=ADDONS, outside=COMPAT):
    return SourceRule(name, pattern, suffixes, advice, within=within, outside=outside)


GONE_ON_19 = (
    _rule(
        "registry-import",
        r"from odoo import .*\bregistry\b|odoo\.registry\(",
        PYTHON,
        "use self.env.registry, or odoo.modules.registry.Registry",
    ),
    _rule("osv", r"odoo\.osv\b", PYTHON, "write domains as plain lists"),
    _rule(
        "read-group",
        r"(?<!_)\bread_group\(",
        PYTHON,
        "use _read_group(domain, groupby, aggregates)",
    ),
    _rule(
        "name-search",
        r"\bdef _name_search\b",
        PYTHON,
        "19.0 never calls it: use _rec_names_search",
    ),
    _rule("name-get", r"\bname_get\b", PYTHON, "override _compute_display_name"),
    _rule(
        "access-check",
        r"\bcheck_access_(rights|rule)\b|\.check_access\(",
        PYTHON,
        "let read() and write() check, or go through compat",
    ),
    _rule(
        "user-has-groups",
        r"\buser_has_groups\b",
        PYTHON,
        "use env.user.has_group()",
    ),
    _rule(
        "translated-default",
        r"default=lambda (?!self\b)\w+:.*\b_\(",
        PYTHON,
        "name the argument self; 19.0 finds the language through it",
    ),
    _rule(
        "group-expand",
        r"def _(read_)?group_expand\w*\(self, \w+, domain, order\)",
        PYTHON,
        "give order a default: 19.0 passes two arguments",
    ),
    _rule("auto-join", r"\bauto_join=True", PYTHON, "leave it out"),
    _rule(
        "uom-category",
        r"\buom(_id)?\.category_id\b",
        (*PYTHON, *XML),
        "19.0 has no unit categories: go through compat",
    ),
    _rule(
        "storable",
        r"\bdetailed_type\b|\bis_storable\b",
        (*PYTHON, *XML),
        "create storable products through compat",
    ),
    _rule(
        "old-helper",
        r"\b(get_module_resource|pycompat|lazy_property|_where_calc|_flush_search)\b"
        r"|\bapi\.returns\b|\b_sendmany\(",
        PYTHON,
        "gone on 19.0; tools.file_path and bus.bus._sendone are on both",
    ),
    _rule(
        "form-import",
        r"from odoo\.tests\.common import .*\bForm\b",
        PYTHON,
        "import Form from odoo.tests",
    ),
    _rule(
        "user-in-test",
        r"""["']groups_id["']\s*:""",
        PYTHON,
        'use new_test_user(env, login, groups="a.b,c.d")',
    ),
    _rule(
        "tree-in-code",
        r"""(False|false),\s*["']tree["']|["']view_mode["']\s*:\s*["'][^"']*\btree\b""",
        (*PYTHON, *SCRIPT),
        'say "list" everywhere except in the views themselves',
    ),
    _rule(
        "tree-in-action",
        r'name="view_mode"[^>]*>[^<]*\btree\b(?=[^<]*<)(?![^<]*</field>\s*'
        r'<field name="act_window_id")',
        XML,
        'write view_mode "list,form"; both series understand it',
    ),
    _rule(
        "inline-action",
        r'name="target"[^>]*>\s*inline',
        XML,
        "leave the target of a settings action out",
    ),
    _rule(
        "search-group",
        r"<search\b(?:(?!</search>)[\s\S])*?<group[^>]*\b(expand|string)=",
        XML,
        "write a bare <group> in a search view",
    ),
    _rule(
        "kanban-parts",
        r"kanban_color\(|o_kanban_record_bottom|oe_kanban_colorpicker",
        XML,
        "use plain classes and decorations",
    ),
    _rule("jsonb-widget", r'widget="jsonb"', XML, "leave the widget out"),
    _rule(
        "js-service",
        r"""useService\(["'](rpc|user)["']\)|@web/core/(network/rpc|user)(_service)?["']""",
        SCRIPT,
        "use orm.call() and session_info(); both series have them",
    ),
    _rule(
        "tour-step",
        r"""\b(extra_trigger|isCheck)\b|run:\s*["']text\b""",
        SCRIPT,
        "write run explicitly, as a function or as click",
    ),
)

ONLY_ON_19 = (
    _rule("domain-class", r"\bDomain\b\(|fields\.Domain\b", PYTHON, "17.0 has none"),
    _rule(
        "aggregator",
        r"\baggregator=",
        PYTHON,
        "keep the default; group_operator is ported",
    ),
    _rule(
        "constraint-class",
        r"\bmodels\.(Constraint|Index|UniqueIndex)\b",
        PYTHON,
        "write _sql_constraints; make indexes in init()",
    ),
    _rule("list-tag", r"<list\b", XML, "17.0 knows <tree> only; it is ported"),
    _rule("chatter-tag", r"<chatter\b", XML, "write the div; it is ported"),
    _rule(
        "group-ids",
        r"\bgroup_ids\b",
        (*PYTHON, *XML),
        "17.0 says groups_id; it is ported",
    ),
    _rule("env-translation", r"\benv\._\(", PYTHON, "import _ from odoo"),
)

# On 17.0 the default is to run once, and 19.0 alone would not notice.
ONLY_SEEN_ON_17 = (
    _rule(
        "cron-runs-once",
        r'<record\b[^>]*model="ir\.cron"[^>]*>'
        r'(?:(?!</record>|name="numbercall")[\s\S])*</record>',
        XML,
        'add <field name="numbercall">-1</field>: 17.0 runs it once otherwise',
    ),
)

NEUTRALITY_RULES = (*GONE_ON_19, *ONLY_ON_19, *ONLY_SEEN_ON_17)
