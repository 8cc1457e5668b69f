"""What an ASIN is: Amazon's lists, one element a marketplace, made one flat item."""

from dataclasses import dataclass
from decimal import Decimal

from .shape import at, read

_MAIN = "MAIN"
# Which number of several is the barcode: what is printed on goods comes first.
_BARCODES = ("EAN", "JAN", "UPC", "GTIN", "ISBN")


@dataclass(frozen=True, slots=True)
class Measure:
    """value: exact, as Amazon wrote it; unit: Amazon's word ("inches", "kilograms")."""

    value: Decimal
    unit: str


@dataclass(frozen=True, slots=True)
class _Measure:
    """Amazon may give a measure without a unit, or a unit without a measure."""

    value: Decimal | None = None
    unit: str = ""


@dataclass(frozen=True, slots=True)
class Dimensions:
    length: Measure | None = None
    width: Measure | None = None
    height: Measure | None = None
    weight: Measure | None = None


@dataclass(frozen=True, slots=True)
class Image:
    """variant: "MAIN", "PT01" … "PT08", "SWCH"."""

    variant: str
    link: str
    height: int = 0
    width: int = 0


@dataclass(frozen=True, slots=True)
class Identifier:
    """type: "EAN", "UPC", "GTIN", "ISBN", …"""

    type: str = at("identifierType")
    value: str = at("identifier")


@dataclass(frozen=True, slots=True)
class CatalogItem:
    """One ASIN in one marketplace. Texts are "" where Amazon says nothing.

    classification: "BASE_PRODUCT", "VARIATION_PARENT", "PRODUCT_BUNDLE" or "OTHER";
    category_path: names, the topmost first; images: the main one first, of each the
    largest; item, package: what is measured; parent_asins, child_asins: the variation
    family; theme: as Amazon names it ("SIZE_NAME/COLOR_NAME"); variation_attributes:
    what the family differs in ("color", "size"); options: ((attribute, value), …) of
    this ASIN, without what Amazon does not tell; description, bullet_points: as sold.
    """

    asin: str
    marketplace_id: str
    title: str
    brand: str
    manufacturer: str
    model_number: str
    part_number: str
    classification: str
    product_type: str
    category_path: tuple[str, ...]
    images: tuple[Image, ...]
    identifiers: tuple[Identifier, ...]
    item: Dimensions
    package: Dimensions
    parent_asins: tuple[str, ...]
    child_asins: tuple[str, ...]
    theme: str
    variation_attributes: tuple[str, ...]
    options: tuple[tuple[str, str], ...]
    description: str
    bullet_points: tuple[str, ...]

    @property
    def top_category(self):
        return self.category_path[0] if self.category_path else ""

    @property
    def main_image(self):
        """The Image, or None."""
        first = self.images[0] if self.images else None
        return first if first and first.variant == _MAIN else None

    @property
    def barcode(self):
        """The EAN, or else the next best number there is, or ""."""
        found = {}
        for identifier in self.identifiers:
            found.setdefault(identifier.type, identifier.value)
        return next((found[kind] for kind in _BARCODES if kind in found), "")

    @property
    def is_parent(self):
        """A family: nobody can buy it."""
        return bool(self.child_asins) or self.classification == "VARIATION_PARENT"


# Amazon's objects, as far as we read them. Each of their lists has one element a
# marketplace.


@dataclass(frozen=True, slots=True)
class _Category:
    display_name: str = ""
    parent: "_Category | None" = None


@dataclass(frozen=True, slots=True)
class _Categories:
    marketplace_id: str
    classifications: tuple[_Category, ...] = ()


@dataclass(frozen=True, slots=True)
class _Sizes:
    length: _Measure | None = None
    width: _Measure | None = None
    height: _Measure | None = None
    weight: _Measure | None = None


@dataclass(frozen=True, slots=True)
class _Dimensions:
    marketplace_id: str
    item: _Sizes | None = None
    package: _Sizes | None = None


@dataclass(frozen=True, slots=True)
class _Identifiers:
    marketplace_id: str
    identifiers: tuple[Identifier, ...] = ()


@dataclass(frozen=True, slots=True)
class _Images:
    marketplace_id: str
    images: tuple[Image, ...] = ()


@dataclass(frozen=True, slots=True)
class _ProductType:
    marketplace_id: str = ""
    product_type: str = ""


@dataclass(frozen=True, slots=True)
class _Relationship:
    type: str
    parent_asins: tuple[str, ...] = ()
    child_asins: tuple[str, ...] = ()
    theme: str = at("variationTheme.theme", "")
    attributes: tuple[str, ...] = at("variationTheme.attributes", ())


@dataclass(frozen=True, slots=True)
class _Relationships:
    marketplace_id: str
    relationships: tuple[_Relationship, ...] = ()


@dataclass(frozen=True, slots=True)
class _Summary:
    marketplace_id: str
    item_name: str = ""
    brand: str = ""
    manufacturer: str = ""
    model_number: str = ""
    part_number: str = ""
    item_classification: str = ""
    color: str = ""
    size: str = ""
    style: str = ""


@dataclass(frozen=True, slots=True)
class _Item:
    asin: str
    attributes: dict | None = None
    classifications: tuple[_Categories, ...] = ()
    dimensions: tuple[_Dimensions, ...] = ()
    identifiers: tuple[_Identifiers, ...] = ()
    images: tuple[_Images, ...] = ()
    product_types: tuple[_ProductType, ...] = ()
    relationships: tuple[_Relationships, ...] = ()
    summaries: tuple[_Summary, ...] = ()


def parse_item(payload, marketplace_id):
    """The CatalogItem in a payload, or Malformed."""
    source = read(_Item, payload)

    def there(rows, default):
        rows = (row for row in rows if row.marketplace_id == marketplace_id)
        return next(rows, default)

    summary = there(source.summaries, _Summary(marketplace_id))
    categories = there(source.classifications, _Categories(marketplace_id))
    dimensions = there(source.dimensions, _Dimensions(marketplace_id))
    family = _family(there(source.relationships, _Relationships(marketplace_id)))
    attributes = _Attributes(source.attributes or {}, marketplace_id)
    return CatalogItem(
        asin=source.asin,
        marketplace_id=marketplace_id,
        title=summary.item_name,
        brand=summary.brand,
        manufacturer=summary.manufacturer,
        model_number=summary.model_number,
        part_number=summary.part_number,
        classification=summary.item_classification,
        product_type=there(source.product_types, _ProductType()).product_type,
        category_path=_path(categories.classifications),
        images=_images(there(source.images, _Images(marketplace_id)).images),
        identifiers=there(source.identifiers, _Identifiers(marketplace_id)).identifiers,
        item=_sizes(dimensions.item),
        package=_sizes(dimensions.package),
        parent_asins=family.parent_asins,
        child_asins=family.child_asins,
        theme=family.theme,
        variation_attributes=family.attributes,
        options=tuple(_options(family.attributes, attributes, summary)),
        description="\n".join(attributes.texts("product_description")),
        bullet_points=attributes.texts("bullet_point"),
    )


def _path(categories):
    """Amazon hangs the parent on the child; several places: the first counts."""
    path = []
    category = categories[0] if categories else None
    while category:
        path.append(category.display_name)
        category = category.parent
    return tuple(name for name in reversed(path) if name)


def _images(images):
    """One per variant, the largest; the main one first."""
    largest = {}
    for image in images:
        known = largest.get(image.variant)
        if not known or image.height * image.width > known.height * known.width:
            largest[image.variant] = image
    return tuple(sorted(largest.values(), key=lambda image: image.variant != _MAIN))


def _sizes(sizes):
    if not sizes:
        return Dimensions()
    values = (sizes.length, sizes.width, sizes.height, sizes.weight)
    return Dimensions(
        *(
            Measure(value.value, value.unit)
            if value and value.value is not None and value.unit
            else None
            for value in values
        )
    )


def _family(relationships):
    """The variation family; a package hierarchy is none."""
    for row in relationships.relationships:
        if row.type == "VARIATION":
            return row
    return _Relationship("")


def _options(names, attributes, summary):
    told = {"color": summary.color, "size": summary.size, "style": summary.style}
    for name in names:
        values = attributes.texts(name)
        value = values[0] if values else told.get(name)
        if value:
            yield name, value


class _Attributes:
    """The attributes of an ASIN: what they hold differs from product type to product
    type, so that whatever is not as expected counts as not there."""

    def __init__(self, attributes, marketplace_id):
        self._attributes = attributes
        self._marketplace_id = marketplace_id

    def texts(self, name):
        rows = self._attributes.get(name)
        found = []
        for row in rows if isinstance(rows, list) else ():
            if not isinstance(row, dict):
                continue
            if row.get("marketplace_id") in (None, self._marketplace_id):
                text = self._text(row)
                if text:
                    found.append(text)
        return tuple(dict.fromkeys(found))

    def _text(self, row):
        value = row.get("value")
        if value is None or isinstance(value, (dict, list, bool)):
            # clothes: {"size": "M", "size_system": …}
            value = row.get("size")
            value = value if isinstance(value, str) else ""
        unit = row.get("unit")
        text = str(value).strip()
        return f"{text} {unit}" if text and isinstance(unit, str) else text
