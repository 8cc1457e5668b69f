from . import amazon_connect, amazon_correct_shipment, amazon_link_sku
