"""The fields of an order, complete, as Orders API 2026-01-01 has them.

Everything but order id, times, sales channel and items depends on includedData, on
the roles of the application and on the order's status: absent is None or (), never
an error. Enumerations stay plain strings, because Amazon adds values without notice.
Times are aware, in UTC. Source: orders_2026-01-01.json (spapi.md §3.4).
"""

# ruff: noqa: RUF009 (at() is dataclasses.field under a shorter name)

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from .order_items import CustomerAddress, OrderItem, Window
from .shape import Money, at


@dataclass(frozen=True, slots=True)
class Alias:
    alias_id: str
    alias_type: str  # SELLER_ORDER_ID


@dataclass(frozen=True, slots=True)
class AssociatedOrder:
    order_id: str | None = None
    association_type: str | None = None  # REPLACEMENT_ORIGINAL_ID, EXCHANGE_…


@dataclass(frozen=True, slots=True)
class SalesChannel:
    channel_name: str  # AMAZON, NON_AMAZON
    marketplace_id: str | None = None
    marketplace_name: str | None = None  # "Amazon.de"


@dataclass(frozen=True, slots=True)
class Buyer:
    name: str | None = at("buyerName", None)
    email: str | None = at("buyerEmail", None)  # anonymised, merchant-fulfilled only
    company_name: str | None = at("buyerCompanyName", None)
    purchase_order_number: str | None = at("buyerPurchaseOrderNumber", None)


@dataclass(frozen=True, slots=True)
class HourMinute:
    hour: int | None = None
    minute: int | None = None


@dataclass(frozen=True, slots=True)
class TimeWindow:
    start_time: HourMinute | None = None
    end_time: HourMinute | None = None


@dataclass(frozen=True, slots=True)
class BusinessHour:
    day_of_week: str | None = None  # SUN…SAT
    time_windows: tuple[TimeWindow, ...] = ()


@dataclass(frozen=True, slots=True)
class ExceptionDate:
    exception_date: str | None = None  # a calendar date, "2024-12-31"
    exception_date_type: str | None = None  # CLOSED, OPEN
    time_windows: tuple[TimeWindow, ...] = ()


@dataclass(frozen=True, slots=True)
class DeliveryTime:
    business_hours: tuple[BusinessHour, ...] = ()
    exception_dates: tuple[ExceptionDate, ...] = ()


@dataclass(frozen=True, slots=True)
class DeliveryPreference:
    drop_off_location: str | None = None
    address_instruction: str | None = None
    delivery_time: DeliveryTime | None = None
    delivery_capabilities: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Recipient:
    delivery_address: CustomerAddress | None = None
    delivery_preference: DeliveryPreference | None = None


@dataclass(frozen=True, slots=True)
class OrderBreakdown:
    type: str  # ITEM, SHIPPING, …, DELIVERY_TIP
    subtotal: Money
    status: str | None = None  # PENDING, FINALIZED; DELIVERY_TIP only


@dataclass(frozen=True, slots=True)
class OrderProceeds:
    grand_total: Money | None = None
    breakdowns: tuple[OrderBreakdown, ...] = ()


@dataclass(frozen=True, slots=True)
class PaymentExecution:
    payment_method: str | None = None
    payment_amount: Money | None = None
    acquirer_id: str | None = None
    card_brand: str | None = None
    authorization_code: str | None = None


@dataclass(frozen=True, slots=True)
class Payment:
    executions: tuple[PaymentExecution, ...] = at("paymentExecutions", ())


@dataclass(frozen=True, slots=True)
class TaxAttribute:
    key: str | None = None  # TAX_OFFICE
    value: str | None = None


@dataclass(frozen=True, slots=True)
class TaxRegistration:
    entity_type: str | None = None  # BUYER, MERCHANT, MARKETPLACE
    legal_name: str | None = None
    type: str | None = at("taxRegistrationType", None)  # BUSINESS, VAT, CST, …
    number: str | None = at("taxRegistrationNumber", None)
    address: CustomerAddress | None = at("taxRegistrationAddress", None)
    attributes: tuple[TaxAttribute, ...] = at("taxRegistrationAttributes", ())


@dataclass(frozen=True, slots=True)
class OrderTax:
    registrations: tuple[TaxRegistration, ...] = at("taxRegistrations", ())
    buyer_invoice_preference: str | None = at(
        "taxInvoicing.buyerInvoicePreference", None
    )
    invoice_status: str | None = at("taxInvoicing.invoiceStatus", None)


@dataclass(frozen=True, slots=True)
class TransitTime:
    """What Amazon's delivery promise rests on (SDK 1.13.0, October 2026)."""

    carrier: str | None = at("details.carrier", None)
    shipping_service: str | None = at("details.shippingService", None)
    data_source: str | None = None


@dataclass(frozen=True, slots=True)
class OrderFulfillment:
    status: str = at("fulfillmentStatus")  # CANCELLED has two L
    fulfilled_by: str | None = None  # AMAZON, MERCHANT
    service_level: str | None = at("fulfillmentServiceLevel", None)
    ship_by: Window | None = at("shipByWindow", None)
    deliver_by: Window | None = at("deliverByWindow", None)
    label_printing: Window | None = at("labelPrintingWindow", None)
    transit_time: TransitTime | None = at("promiseCalculationInputs.transitTime", None)


@dataclass(frozen=True, slots=True)
class ShipFromAddress:
    name: str | None = None
    address_line1: str | None = None
    address_line2: str | None = None
    address_line3: str | None = None
    city: str | None = None
    district_or_county: str | None = None
    state_or_region: str | None = None
    municipality: str | None = None
    postal_code: str | None = None
    country_code: str | None = None


@dataclass(frozen=True, slots=True)
class PackageItem:
    order_item_id: str
    quantity: int
    transparency_codes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class OrderPackage:
    """A package Amazon knows of; merchant-fulfilled orders only."""

    package_reference_id: str
    created_time: datetime | None = None
    status: str | None = at("packageStatus.status", None)  # PENDING … DELIVERED
    detailed_status: str | None = at("packageStatus.detailedStatus", None)
    carrier: str | None = None
    ship_time: datetime | None = None
    shipping_service: str | None = None
    tracking_number: str | None = None
    ship_from_address: ShipFromAddress | None = None
    items: tuple[PackageItem, ...] = at("packageItems", ())


@dataclass(frozen=True, slots=True)
class FulfillmentOrder:
    fulfillment_order_id: str


@dataclass(frozen=True, slots=True)
class Order:
    order_id: str  # "902-1845936-5435065"
    created_time: datetime
    last_updated_time: datetime
    sales_channel: SalesChannel
    items: tuple[OrderItem, ...] = at("orderItems")
    aliases: tuple[Alias, ...] = at("orderAliases", ())
    programs: tuple[str, ...] = ()  # AMAZON_BUSINESS, PRIME, FBM_SHIP_PLUS, …
    associated_orders: tuple[AssociatedOrder, ...] = ()
    buyer: Buyer | None = None
    recipient: Recipient | None = None
    proceeds: OrderProceeds | None = None
    payment: Payment | None = None
    tax: OrderTax | None = None
    fulfillment: OrderFulfillment | None = None
    packages: tuple[OrderPackage, ...] = ()
    fulfillment_orders: tuple[FulfillmentOrder, ...] = ()  # Easy Ship only

    @property
    def status(self):
        """UNSHIPPED, SHIPPED, …; None without FULFILLMENT in includedData."""
        return self.fulfillment and self.fulfillment.status

    @property
    def is_fba(self):
        return bool(self.fulfillment) and self.fulfillment.fulfilled_by == "AMAZON"

    @property
    def is_replacement(self):
        """A replacement or an exchange: the goods go out, no money comes in."""
        kinds = ("REPLACEMENT_ORIGINAL_ID", "EXCHANGE_ORIGINAL_ID")
        return any(other.association_type in kinds for other in self.associated_orders)

    @property
    def currency(self):
        """ISO code of the first amount stated, None where none is."""
        return next((money.currency for money in self.moneys()), None)

    def moneys(self):
        """Every Money of the order's and its items' proceeds."""
        if self.proceeds:
            if self.proceeds.grand_total:
                yield self.proceeds.grand_total
            yield from (part.subtotal for part in self.proceeds.breakdowns)
        for item in self.items:
            yield from item.moneys()

    @property
    def tip(self):
        """The buyer's delivery tip that is final, as a Decimal; 0 where none is."""
        return self._tips("PENDING", False)

    @property
    def pending_tip(self):
        """The buyer's delivery tip that may still change, as a Decimal."""
        return self._tips("PENDING", True)

    def _tips(self, status, wanted):
        parts = self.proceeds.breakdowns if self.proceeds else ()
        return sum(
            (
                part.subtotal.amount
                for part in parts
                if part.type == "DELIVERY_TIP" and (part.status == status) == wanted
            ),
            Decimal(0),
        )
