/** @odoo-module **/

import {_t} from "@web/core/l10n/translation";
import {registry} from "@web/core/registry";
import {useService} from "@web/core/utils/hooks";
import {standardFieldProps} from "@web/views/fields/standard_field_props";
import {Component} from "@odoo/owl";

/** Documents of any model, each opened by a click on its name. */
export class RelatedDocumentsField extends Component {
    static template = "mfg_integration_core.RelatedDocumentsField";
    static props = {...standardFieldProps};

    setup() {
        this.action = useService("action");
    }

    get documents() {
        return this.props.record.data[this.props.name] || [];
    }

    open({model, id}) {
        return this.action.doAction({
            type: "ir.actions.act_window",
            res_model: model,
            res_id: id,
            views: [[false, "form"]],
        });
    }
}

export const relatedDocumentsField = {
    component: RelatedDocumentsField,
    displayName: _t("Related Documents"),
    supportedTypes: ["json"],
};

registry.category("fields").add("mfg_related_documents", relatedDocumentsField);
