"""Extracts of master data: clubs, calendar, venues, products, accounts and their histories."""

from __future__ import annotations

from app.storage.extract.statement import Extract

ORGANISATION = Extract(
    "organisation",
    """
    SELECT club.id AS organisation_id, club.code, club.name, club.country, club.currency,
        club.time_zone, club.language,
        greatest((now() AT TIME ZONE club.time_zone)::date, kept.day + 1) AS today
    FROM organisation AS club
    LEFT JOIN LATERAL (
        SELECT max(day) AS day FROM daily_snapshot WHERE organisation_id = club.id
    ) AS kept ON true
    """,
)
SEASON = Extract(
    "season",
    """
    SELECT season.organisation_id, season.id AS season_id, season.code, season.name,
        season.starts_on, season.ends_on
    FROM {rows} AS season
    """,
    {"season": "id"},
)
SEASON_DAYS = Extract(
    "season",
    """
    SELECT season.organisation_id, season.code, season.starts_on, season.ends_on FROM season
    """,
)
"""All seasons: which of them a day belongs to depends on its neighbours too."""

CALENDAR_ITEM = Extract(
    "calendar_item",
    """
    SELECT item.organisation_id, item.id AS calendar_item_id, item.season_id, item.venue_id,
        item.code, item.name, item.kind, item.status, venue.code AS venue_code,
        venue.name AS venue_name, venue.country AS venue_country, item.starts_at,
        item.original_starts_at
    FROM {rows} AS item
    JOIN venue ON venue.organisation_id = item.organisation_id AND venue.id = item.venue_id
    """,
    {"calendar_item": "id", "venue": "venue_id"},
)
LOCATION = Extract(
    "location",
    """
    SELECT place.organisation_id, place.id AS location_id, place.venue_id, place.parent_id,
        place.code, place.name, place.kind, place.type_code, place.capacity::bigint AS capacity,
        venue.name AS venue_name
    FROM {rows} AS place
    JOIN venue ON venue.organisation_id = place.organisation_id AND venue.id = place.venue_id
    """,
    {"venue": "venue_id"},
)
RESOURCE = Extract(
    "resource",
    """
    SELECT resource.organisation_id, resource.id AS resource_id,
        resource.location_id::text AS location_id, resource.code, resource.label, resource.kind,
        resource.category, resource.is_blocked::text AS is_blocked
    FROM {rows} AS resource
    """,
    {"resource": "id"},
)
PRODUCT = Extract(
    "product",
    """
    SELECT product.organisation_id, product.id AS product_id, product.code, product.name,
        product.kind, product.scope, product.category,
        product.product_group_id::text AS product_group_id, product.supply_type,
        product.revenue_account, product.is_active::text AS is_active
    FROM {rows} AS product
    """,
    {"product": "id"},
)
PRODUCT_GROUP = Extract(
    "product_group",
    """
    SELECT family.organisation_id, family.id::text AS product_group_id, family.code AS group_code,
        family.name AS group_name, family.revenue_account AS group_revenue_account
    FROM product_group AS family
    """,
)
PRODUCT_GROUPS = Extract(
    "product_group",
    """
    SELECT family.organisation_id, family.id AS product_group_id, family.code, family.name
    FROM {rows} AS family
    """,
    {"product_group": "id"},
)
ACCOUNT = Extract(
    "account",
    """
    SELECT account.organisation_id, account.id AS account_id, account.code, account.name,
        account.kind, account.segment, account.rep_code, account.language, account.country,
        account.city, account.postal_code, account.vat_id, account.is_active::text AS is_active
    FROM {rows} AS account
    """,
    {"account": "id"},
)
CONTACT = Extract(
    "contact",
    """
    SELECT contact.organisation_id, contact.id AS contact_id, contact.account_id,
        contact.first_name, contact.last_name, contact.position, contact.language,
        contact.email, contact.is_default
    FROM {rows} AS contact
    """,
    {"contact": "id"},
)
TICKET_HOLDER = Extract(
    "ticket_holder",
    """
    SELECT holder.organisation_id, holder.id AS ticket_holder_id, holder.account_id,
        holder.first_name, holder.last_name
    FROM {rows} AS holder
    """,
    {"ticket_holder": "id"},
)
PRICE_LIST = Extract(
    "price_list",
    """
    SELECT list.organisation_id, list.id AS price_list_id, list.code, list.name, list.currency,
        list.price_basis
    FROM {rows} AS list
    """,
    {"price_list": "id"},
)


def _history(entity: str) -> Extract:
    """Read what the fields of one kind of thing were before each change, as text."""
    return Extract(
        "audit_entry",
        f"""
        SELECT entry.organisation_id, entry.entity_id, entry.id AS entry_id, entry.created_at,
            field.key AS field, field.value #>> '{{}}' AS value
        FROM {{rows}} AS entry
        CROSS JOIN LATERAL jsonb_each(entry.before) AS field
        WHERE entry.entity = '{entity}' AND jsonb_typeof(entry.before) = 'object'
          AND jsonb_typeof(entry.after) = 'object'
        """,
        {
            entity: "SELECT it.organisation_id, it.id FROM {changed} AS thing "
            "JOIN audit_entry AS it ON it.organisation_id = thing.organisation_id "
            f"AND it.entity = '{entity}' AND it.entity_id = thing.id"
        },
    )


ACCOUNT_HISTORY = _history("account")
PRODUCT_HISTORY = _history("product")
RESOURCE_HISTORY = _history("resource")
