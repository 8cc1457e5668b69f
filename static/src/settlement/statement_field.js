/* A settlement as Seller Central shows it: sections, categories, and on a click the
 * wordings of a category. The figures come from amazon.settlement._statement. */

import { Component, useState } from "@odoo/owl";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { formatMonetary } from "@web/views/fields/formatters";
import { standardFieldProps } from "@web/views/fields/standard_field_props";

export class SettlementStatementField extends Component {
    static template = "amazon_connector.SettlementStatementField";
    static props = { ...standardFieldProps };

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
        this.state = useState({ open: {} });
    }

    get sections() {
        return this.props.record.data[this.props.name] || [];
    }

    /* a section that is one category: one line is enough */
    isSingle(section) {
        const [first, ...others] = section.categories;
        return !others.length && first.name === section.name;
    }

    format(amount) {
        return formatMonetary(amount, { data: this.props.record.data });
    }

    get total() {
        return this.format(this.props.record.data.total_amount);
    }

    toggle(key) {
        this.state.open[key] = !this.state.open[key];
    }

    async openCategory(key) {
        const { resModel, resId } = this.props.record;
        this.action.doAction(
            await this.orm.call(resModel, "action_view_category", [[resId], key])
        );
    }

    async openLine(id) {
        this.action.doAction(
            await this.orm.call("amazon.settlement.total", "action_view_rows", [[id]])
        );
    }
}

registry.category("fields").add("amazon_settlement_statement", {
    component: SettlementStatementField,
    supportedTypes: ["json"],
    fieldDependencies: [
        { name: "currency_id", type: "many2one" },
        { name: "total_amount", type: "monetary" },
    ],
});
