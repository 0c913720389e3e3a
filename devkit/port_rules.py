"""The differences between 17.0 and 19.0 that a pattern can express, one rule each.

They run on the copy before Odoo's own ``upgrade_code`` does, which takes care of the
rest (SQL constraints, JSON routes, list views in actions, dynamic dates).
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import PurePath

FIELD_REF = r'<field\s+name="{name}"\s+ref="(?P<ref>[^"]+)"\s*/>'
RECORD = r'<record\b[^>]*\bmodel="{model}"[^>]*>.*?</record>'
STRIPPED_ASSET = "mail/static/lib/selfie_segmentation/selfie_segmentation.js"


@dataclass(frozen=True)
class Rule:
    """One difference: what it does, to which files.

    :param suffixes: of the files it looks at
    :param apply: the new text of such a file from its old text
    :param file_name: the only file name it looks at, if any
    """

    apply: Callable[[str], str]
    suffixes: frozenset[str]
    file_name: str = ""

    @property
    def name(self) -> str:
        return self.apply.__name__

    def concerns(self, path: PurePath) -> bool:
        if self.file_name and path.name != self.file_name:
            return False
        return path.suffix in self.suffixes


RULES: list[Rule] = []


def rule(*suffixes: str, file_name: str = ""):
    """Register a function as a rule for files with those suffixes."""

    def register(apply):
        RULES.append(Rule(apply, frozenset(suffixes), file_name))
        return apply

    return register


def changed_by(path: PurePath, text: str) -> Iterator[tuple[str, str]]:
    """Name of each rule that changes the text, and the text after it."""
    for candidate in RULES:
        if candidate.concerns(path):
            new = candidate.apply(text)
            if new != text:
                yield candidate.name, new
                text = new


@rule(".py", file_name="__manifest__.py")
def manifest_version(text: str) -> str:
    """19.0 takes a module of another series for one that cannot be installed."""
    return re.sub(r"""(["']version["']\s*:\s*["'])17\.0\.""", r"\g<1>19.0.", text)


@rule(".xml")
def list_views(text: str) -> str:
    """List views are ``<list>``; done here because ``upgrade_code`` stumbles over a
    tree that opens and closes on one line."""
    text = re.sub(r"<(/?)tree(?=[\s/>])", r"<\1list", text)
    return re.sub(
        r'expr="[^"]*"',
        lambda found: re.sub(r"/tree(?![\w-])", "/list", found[0]),
        text,
    )


@rule(".xml")
def chatter(text: str) -> str:
    """The chatter has a tag of its own."""
    text = re.sub(
        r'<div\s+class="oe_chatter"\s*(/>|>.*?</div>)', "<chatter/>", text, flags=re.S
    )
    return re.sub(
        r"""div\[(hasclass\('oe_chatter'\)|@class='oe_chatter')\]""", "chatter", text
    )


@rule(".xml")
def kanban_templates(text: str) -> str:
    """Kanban templates are called card and menu; the browser finds no others."""
    names = {"kanban-box": "card", "kanban-menu": "menu"}
    return re.sub(
        r"""(t-name=(["']))(kanban-box|kanban-menu)\2""",
        lambda found: f"{found[1]}{names[found[3]]}{found[2]}",
        text,
    )


@rule(".xml")
def cron_calls(text: str) -> str:
    """Scheduled actions run for ever; the two fields that said so are gone."""
    return re.sub(
        r'[ \t]*<field\s+name="(?:numbercall|doall)"[^>]*?(?:/>|>[^<]*</field>)\n?',
        "",
        text,
    )


@rule(".xml")
def group_privileges(text: str) -> str:
    """Between a category and its groups stands a privilege: made for each category,
    and put in its place in each group. Odoo's own categories have others, so a group
    in one of those goes without."""
    text = re.sub(
        RECORD.format(model=r"ir\.module\.category"), _with_privilege, text, flags=re.S
    )
    return re.sub(RECORD.format(model=r"res\.groups"), _in_privilege, text, flags=re.S)


def _with_privilege(found: re.Match) -> str:
    record = found[0]
    xml_id = re.search(r'\bid="([^"]+)"', record)[1]
    name = re.search(r'<field\s+name="name"[^>]*>([^<]*)</field>', record)
    if "." in xml_id or name is None:
        return record
    return (
        f"{record}\n"
        f'    <record id="{xml_id}_privilege" model="res.groups.privilege">\n'
        f'        <field name="name">{name[1]}</field>\n'
        f'        <field name="category_id" ref="{xml_id}"/>\n'
        "    </record>"
    )


def _in_privilege(found: re.Match) -> str:
    def privilege(category: re.Match) -> str:
        if category["ref"].startswith("base."):
            return ""
        return f'<field name="privilege_id" ref="{category["ref"]}_privilege"/>'

    record = re.sub(FIELD_REF.format(name="category_id"), privilege, found[0])
    return re.sub(r'(<field\s+name=")users"', r'\1user_ids"', record)


@rule(".xml", ".py")
def groups_of_records(text: str) -> str:
    """Users, actions, views and menus keep their groups in ``group_ids``."""
    return re.sub(r"\bgroups_id\b", "group_ids", text)


@rule(".py")
def aggregator(text: str) -> str:
    """How a number is summed up in a group has a new name."""
    return re.sub(r"\bgroup_operator=", "aggregator=", text)


@rule(".py")
def cache_of_a_field(text: str) -> str:
    """The cache of records belongs to their fields, no longer to the environment."""
    call = re.compile(
        r"(?P<cache>[\w.]*\bcache)\.insert_missing\((?P<records>[^,()]+), "
        r"(?P<field>[^,()]+), (?P<values>[^()]+)\)"
    )
    return call.sub(r"\g<field>._insert_cache(\g<records>, \g<values>)", text)


def without_stripped_asset(manifest: str) -> str:
    """A manifest that takes out an asset of mail that Debian leaves out of its package.

    mail's manifest still lists the file, so every page would log an error in the
    browser's console. Applied to core only, and only where the file is missing.
    """
    entry = f'("remove", "{STRIPPED_ASSET}"),'
    if '"web.assets_backend": [' in manifest:
        head = '"web.assets_backend": ['
        return manifest.replace(head, f"{head}\n            {entry}", 1)
    bundle = f'"web.assets_backend": [{entry}],'
    if '"assets": {' in manifest:
        return manifest.replace('"assets": {', f'"assets": {{\n        {bundle}', 1)
    end = manifest.rindex("}")
    return f'{manifest[:end]}    "assets": {{{bundle}}},\n{manifest[end:]}'
