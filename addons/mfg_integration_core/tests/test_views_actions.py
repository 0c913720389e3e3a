from lxml import etree

from odoo.tests import TransactionCase, new_test_user, tagged

from .common import ManufacturingScene

ROLES = ("viewer", "operator", "approver", "administrator", "auditor")


@tagged("post_install", "-at_install")
class TestViewsActions(TransactionCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.root_menu = cls.env.ref("mfg_integration_core.mfg_integration_menu")

    def suite_actions(self, user=None):
        """Window actions behind the suite's menus that ``user`` (all of them) sees."""
        menus = self.env["ir.ui.menu"]
        if user:
            visible = menus.with_user(user)._visible_menu_ids()
            menus = menus.browse(visible).sudo()
        else:
            menus = menus.with_context(active_test=False).search([])
        under_root = menus.filtered(
            lambda menu: menu.parent_path.startswith(self.root_menu.parent_path)
        )
        return {
            menu.action
            for menu in under_root
            if menu.action and menu.action._name == "ir.actions.act_window"
        }

    def list_actions(self):
        return [action for action in self.suite_actions() if "list" in action.view_mode]

    def search_arch(self, action):
        views = self.env[action.res_model].get_views(
            [(action.search_view_id.id, "search")]
        )
        return etree.fromstring(views["views"]["search"]["arch"])

    def test_every_list_says_what_belongs_into_it_when_it_is_empty(self):
        silent = [action.name for action in self.list_actions() if not action.help]

        self.assertFalse(silent)

    def test_every_list_can_be_filtered_and_grouped(self):
        without = []
        for action in self.list_actions():
            arch = self.search_arch(action)
            filters = arch.xpath("//filter[@domain or @date]")
            if not filters or not arch.xpath("//group/filter[@context]"):
                without.append(action.name)

        self.assertFalse(without)

    def test_every_choice_that_is_offered_has_words(self):
        models = self.env["ir.model"].search([("model", "=like", "mfg.%")])
        silent = [
            f"{model}.{name}"
            for model in models.mapped("model")
            for name, field in self.env[model]
            .with_context(lang="en_US")
            .fields_get(attributes=["type", "selection"])
            .items()
            if field["type"] == "selection" and not field["selection"]
        ]

        self.assertFalse(silent)

    def test_every_role_can_load_every_screen_that_its_menu_offers(self):
        for role in ROLES:
            user = new_test_user(
                self.env,
                login=f"screens_{role}",
                groups=f"base.group_user,mfg_integration_core.group_{role}",
            )
            for action in self.suite_actions(user):
                with self.subTest(role=role, action=action.name):
                    model = self.env[action.res_model].with_user(user)

                    views = model.get_views(
                        [
                            (False, view_type.replace("tree", "list"))
                            for view_type in action.view_mode.split(",")
                        ]
                    )
                    model.search([], limit=1)

                    self.assertTrue(views["views"])

    def test_who_has_no_role_does_not_see_the_menu(self):
        user = new_test_user(self.env, login="screens_nobody", groups="base.group_user")

        visible = self.env["ir.ui.menu"].with_user(user)._visible_menu_ids()

        self.assertNotIn(self.root_menu.id, visible)

    def test_the_log_shows_the_last_seven_days_unless_asked_otherwise(self):
        action = self.env.ref("mfg_integration_core.mfg_integration_log_action")

        arch = self.search_arch(action)

        self.assertIn("search_default_last_7_days", action.context)
        (default,) = arch.xpath("//filter[@name='last_7_days']")
        self.assertIn("create_date", default.get("domain"))

    def test_viewer_reads_the_names_of_documents_that_only_others_may_open(self):
        viewer = new_test_user(
            self.env,
            login="screens_reader",
            groups="base.group_user,mfg_integration_core.group_viewer",
        )
        scene = ManufacturingScene(self.env)
        product = scene.product("Gearbox GB-200")
        order = scene.order(
            scene.bom(product, [scene.product("Housing")], scene.workcenter())
        )
        connector = self.env["mfg.connector"].create({"name": "MES", "code": "mes"})
        self.env["mfg.outbox.message"].create(
            {
                "uuid": "screens",
                "connector_id": connector.id,
                "ordering_key": "order",
                "res_model": order._name,
                "res_id": order.id,
            }
        )
        self.env.flush_all()

        for model in ("mfg.integration.log", "mfg.outbox.message"):
            row = self.env[model].with_user(viewer).search([("uuid", "=", "screens")])

            self.assertEqual(row.document_name, order.name, model)

    def test_pages_and_banners_of_a_connector_stand_in_their_order(self):
        """Several files put the form together."""
        arch = self.env["mfg.connector"].get_views([(False, "form")])
        form = etree.fromstring(arch["views"]["form"]["arch"])
        pages = [
            "addresses",
            "credentials",
            "subscriptions",
            "sources",
            "lanes",
            "limits",
        ]
        banners = [
            "Disarmed",
            "Circuit breaker",
            "Polled lists",
            "Second person",
            "Clock",
            "Certificate",
            "Job runner",
        ]

        shown = [name for name in form.xpath("//page/@name") if name in pages]

        self.assertEqual(shown, pages)
        self.assertEqual(
            form.xpath("/form/div[contains(@class, 'alert')]//i/@title"), banners
        )
