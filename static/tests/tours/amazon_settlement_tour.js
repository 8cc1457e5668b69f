/* A settlement as an accountant works it off: upload, say what an unknown amount is, look
 * at the draft, post, see the invoice paid, and undo it. The file is the one that
 * tests/test_settlement_tour.py has put under this name. */

import { registry } from "@web/core/registry";

const FILE = "/web/content/amazon_connector.settlement_tour_file";
const button = (name) => `.o_form_view .o_statusbar_buttons button[name=${name}]`;
const page = (name) => `.o_form_view a.nav-link[name=${name}]`;
const status = (state) => `.o_arrow_button_current[data-value=${state}]`;

registry.category("web_tour.tours").add("amazon_settlement", {
    steps: () => [
        {
            content: "The empty list says where settlements come from",
            trigger: ".o_view_nocontent:contains(Upload File)",
        },
        { trigger: ".o_control_panel button:contains(Upload File)", run: "click" },
        {
            content: "The accountant chooses the file from Seller Central",
            trigger: ".modal .o_field_many2many_binary",
            async run() {
                const content = await (await fetch(FILE)).blob();
                const transfer = new DataTransfer();
                transfer.items.add(new File([content], "settlement.txt"));
                const input = this.anchor.querySelector("input[type=file]");
                input.files = transfer.files;
                input.dispatchEvent(new Event("change", { bubbles: true }));
            },
        },
        { trigger: ".modal .o_attachment:contains(settlement.txt)" },
        { trigger: ".modal footer button[name=action_upload]", run: "click" },
        {
            content: "It is open, and names what no rule knows",
            trigger: ".o_form_view .alert:contains(Yearly Subscription Fee)",
        },
        {
            content: "The statement opens a category and its wordings",
            trigger: "tr[data-category=product] button:contains(Product Charges)",
            run: "click",
        },
        { trigger: ".o_amazon_statement_line:contains(Principal)" },
        { trigger: page("to_map"), run: "click" },
        { trigger: ".tab-pane.active .o_data_row:contains(Yearly Subscription Fee)" },
        { trigger: button("action_map"), run: "click" },
        {
            content: "Do as for a similar wording",
            trigger: ".modal .o_data_row button[name=action_accept]",
            run: "click",
        },
        { trigger: ".modal .o_data_row td[name=kind]:contains(Subscription)" },
        { trigger: ".modal footer button[name=action_apply]", run: "click" },
        {
            content: "It is ready at once",
            trigger: `body:not(:has(.modal)) ${status("ready")}`,
        },
        { trigger: button("action_book"), run: "click" },
        { trigger: status("draft") },
        { trigger: page("entries"), run: "click" },
        {
            content: "The draft shows what would be booked where",
            trigger: ".tab-pane.active .o_group_header:contains(Amazon subscription)",
        },
        { trigger: button("action_post"), run: "click" },
        { trigger: status("booked") },
        { trigger: page("orders"), run: "click" },
        {
            content: "From the order to its sale",
            trigger: ".tab-pane.active .o_data_row button[name=action_view_order]",
            run: "click",
        },
        { trigger: "button[name=action_view_amazon_settlements]:contains(Net Proceeds)" },
        { trigger: "button[name=action_view_invoice]", run: "click" },
        { content: "The invoice is paid", trigger: ".o_form_view .ribbon:contains(Paid)" },
        { trigger: ".breadcrumb-item:contains(2600)", run: "click" },
        {
            content: "All of it can be undone",
            trigger: button("action_reset"),
            run: "click",
        },
        { trigger: ".modal footer button.btn-primary", run: "click" },
        { trigger: `body:not(:has(.modal)) ${status("ready")}` },
    ],
});
