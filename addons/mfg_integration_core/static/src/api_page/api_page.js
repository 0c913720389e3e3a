/** @odoo-module **/

import {registry} from "@web/core/registry";
import {useService} from "@web/core/utils/hooks";
import {Layout} from "@web/search/layout";
import {Component, onWillStart, useState} from "@odoo/owl";

/**
 * What the doors take and answer, with the addresses of the user's own connectors.
 *
 * Everything comes from the hub itself: the page loads nothing from another host.
 */
export class ApiPage extends Component {
    static template = "mfg_integration_core.ApiPage";
    static components = {Layout};
    static props = ["*"];

    setup() {
        const orm = useService("orm");
        this.display = {controlPanel: {}};
        this.state = useState({code: "", searched: "", opened: {}});
        onWillStart(async () => {
            this.page = await orm.call("mfg.api.description", "read_page", []);
            this.state.code = this.page.connectors[0]?.code || "";
        });
    }

    /** The sections that have something to do with what is searched for. */
    get sections() {
        const searched = this.state.searched.trim().toLowerCase();
        return this.page.sections
            .map(({tag, operations}) => ({
                tag,
                operations: operations.filter((operation) =>
                    [operation.path, operation.summary, operation.method]
                        .join(" ")
                        .toLowerCase()
                        .includes(searched),
                ),
            }))
            .filter(({operations}) => operations.length);
    }

    /** The address of an operation at the chosen connector. */
    address(operation) {
        const code = this.state.code || "<connector>";
        return this.page.base_url + operation.path.replace("{connector_code}", code);
    }

    /** How the partner of the chosen connector proves itself, in words. */
    get proof() {
        const {connectors} = this.page;
        return connectors.find(({code}) => code === this.state.code)?.proof || "";
    }

    tone(status) {
        return status < "300" ? "text-success" : status < "400" ? "" : "text-danger";
    }

    toggle(operation) {
        this.state.opened[operation.id] = !this.state.opened[operation.id];
    }
}

registry.category("actions").add("mfg_api_page", ApiPage);
