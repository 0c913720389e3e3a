/** @odoo-module **/

import {browser} from "@web/core/browser/browser";
import {_t} from "@web/core/l10n/translation";
import {useService} from "@web/core/utils/hooks";
import {Component} from "@odoo/owl";

import {indentedJson, jsonTokens} from "./json_tokens";

/** A text with a copy button; JSON is indented and coloured, copied as it came. */
export class CodeBlock extends Component {
    static template = "mfg_integration_core.CodeBlock";
    static props = {text: String};

    setup() {
        this.notification = useService("notification");
    }

    get tokens() {
        const {text} = this.props;
        const indented = indentedJson(text);
        return indented === null ? [{text, kind: "plain"}] : jsonTokens(indented);
    }

    async copy() {
        try {
            await browser.navigator.clipboard.writeText(this.props.text);
        } catch {
            // Browsers refuse the clipboard to pages that were not served by HTTPS.
            this.notification.add(_t("The browser does not allow copying here."), {
                type: "warning",
            });
            return;
        }
        this.notification.add(_t("Copied"), {type: "success"});
    }
}
