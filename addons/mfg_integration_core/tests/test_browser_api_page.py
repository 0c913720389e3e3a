from odoo.tests import tagged

from .screens_case import ScreensCase

OPEN_PAGE = """
await action.doAction("mfg_integration_core.mfg_api_description_action");
const choice = await shown(".o_mfg_api_page select[name='code']");
choice.value = code;
choice.dispatchEvent(new Event("change", { bubbles: true }));
await new Promise((resolve) => setTimeout(resolve, 100));
const addresses = texts("[data-operation='events'] .o_mfg_api_address");
expect("address", addresses, [address]);
expect("proof", texts(".o_mfg_api_proof"), [proof]);
(await shown("[data-operation='events'] button")).click();
await shown("[data-operation='events'] .o_mfg_api_answers");
const ways = texts("[data-operation='events'] .o_mfg_api_way");
expect("ways to prove oneself", ways.length, 4);
expect("a key is one of them", ways.includes("Authorization: Bearer (api_key)"), true);
const bodies = texts("[data-operation='events'] .o_mfg_api_example");
expect("ping is among the examples", bodies.some((one) => one.includes(ping)), true);
const answers = texts("[data-operation='events'] .o_mfg_api_answers strong");
expect("answers", answers.includes("202") && answers.includes("429"), true);
"""

SEARCH = """
await action.doAction("mfg_integration_core.mfg_api_description_action");
const field = await shown(".o_mfg_api_page input[type='search']");
const type = async (text) => {
    field.value = text;
    field.dispatchEvent(new Event("input", { bubbles: true }));
    await new Promise((resolve) => setTimeout(resolve, 100));
};
await type("openapi");
expect("found", texts(".o_mfg_api_operation .o_mfg_api_method"), ["GET"]);
await type("no such door");
expect("nothing", texts(".o_mfg_api_nothing").length, 1);
const hosts = performance.getEntriesByType("resource").map((one) => new URL(one.name));
const outside = hosts.filter((one) => one.host && one.host !== location.host);
expect("other hosts", outside.map(String), []);
"""


@tagged("post_install", "-at_install")
class TestBrowserApiPage(ScreensCase):
    """What the doors take and answer, on a page that asks no other host."""

    def test_c8_page_names_the_addresses_of_the_users_own_connectors(self):
        self.connector.state = "live"

        self.browse_as_admin(
            OPEN_PAGE,
            code=self.connector.code,
            address=f"{self.connector.get_base_url()}"
            f"/mfg/v1/events/{self.connector.code}",
            ping="mfg.ping.v1",
            proof="Signs what it sends (Standard Webhooks)",
        )

    def test_c8_page_is_searched_and_loads_nothing_from_outside(self):
        self.browse_as_admin(SEARCH)
