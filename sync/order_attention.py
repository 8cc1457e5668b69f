"""News of an order that a person has to look at: on the order, and as a task."""


def tell(order, summary, message):
    """Once: the order may change at Amazon again without any news in it."""
    if order.attention == message:
        return
    order.attention = message
    order.sale_order_id.activity_schedule(
        "mail.mail_activity_data_warning",
        summary=summary,
        note=message,
        user_id=(order.account_id.user_id or order.env.user).id,
    )
