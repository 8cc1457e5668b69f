from . import (
    amazon_connect,
    amazon_correct_shipment,
    amazon_deferred_date,
    amazon_link_sku,
    amazon_settlement_map,
    amazon_settlement_match,
    amazon_settlement_payout,
    amazon_settlement_upload,
    amazon_settlement_write_off,
)
