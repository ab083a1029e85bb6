"""Customers and products, as invoicing systems read them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from app.commands.accounts import SetExternalCode, set_external_code
from app.domain.errors import ErrorCode
from app.http.rest.models import Customer, CustomerChange, Product
from app.http.rest.operations import Call, Given, Operation, PathParameter
from app.http.rest.problems import RefusedError, refused
from app.resolvers.ids import decode_id, encode_id
from app.resolvers.mutations import perform

if TYPE_CHECKING:
    from collections.abc import Mapping
    from uuid import UUID

_NAMES = {"externalCode": "customerCode", "expectedVersion": "version", "id": ""}


async def read_customer(call: Call) -> Given:
    """Answer one customer."""
    return Given(await _customer(call, _id_of(call, "account", "customer")))


async def change_customer(call: Call) -> Given:
    """Note the invoicing system's own code of a customer."""
    account_id = _id_of(call, "account", "customer")
    change: CustomerChange = call.body
    if "customer_code" not in change.model_fields_set:
        await _customer(call, account_id)
        message = "customerCode is missing; send a code, or null to take it away"
        raise RefusedError(422, ErrorCode.INPUT_INVALID, message)
    request = SetExternalCode(account_id, change.customer_code, change.version)
    done = await perform(
        call.context, "restCustomerPatch", call.key(), lambda _check: request, set_external_code
    )
    if done.outcome is None:
        raise refused(done.violations, _NAMES)
    return Given(await _customer(call, account_id))


async def read_product(call: Call) -> Given:
    """Answer one product."""
    row = await _row(call, "product", _id_of(call, "product", "product"), "product")
    group = await _row(call, "product_group", row["product_group_id"], "product group")
    names = ("code", "name", "kind", "supply_type", "revenue_account", "is_active", "version")
    given = {name: row[name] for name in names}
    return Given(
        Product(
            id=encode_id("product", row["id"]),
            group_code=group["code"],
            group_name=group["name"],
            **given,
        )
    )


async def _customer(call: Call, account_id: UUID) -> Customer:
    """Read a customer with its default contact."""
    row = await _row(call, "account", account_id, "customer")
    contacts = await call.reading.children("contact", "account_id", account_id, ("created_at",))
    contact = next((one for one in contacts if one["is_default"]), None)
    name = f"{contact['first_name']} {contact['last_name']}".strip() if contact else None
    given = {
        field: row[field]
        for field in Customer.model_fields
        if field in row and field not in {"id", "customer_code"}
    }
    return Customer(
        id=encode_id("account", row["id"]),
        customer_code=row["external_code"],
        contact_name=name,
        contact_email=contact["email"] if contact else None,
        **given,
    )


def _id_of(call: Call, kind: str, noun: str) -> UUID:
    """Return the UUID in the path; what is no such id names nothing."""
    decoded = decode_id(call.path["id"])
    if decoded is None or decoded[0] != kind:
        message = f"no such {noun}; ids of this kind begin with {kind}_"
        raise RefusedError(404, ErrorCode.NOT_FOUND, message)
    return decoded[1]


async def _row(call: Call, table: str, row_id: UUID, noun: str) -> Mapping[str, Any]:
    """Read a row of the caller's club, or answer 404."""
    row = await call.reading.row(table, row_id)
    if row is None:
        raise RefusedError(404, ErrorCode.NOT_FOUND, f"no such {noun}")
    return row


_CUSTOMER = PathParameter("id", "The customer's id.", "account_019a2f3c4d5e7f8091a2b3c4d5e6f708")
_PRODUCT = PathParameter("id", "The product's id.", "product_019a2f3c4d5e7f8091a2b3c4d5e6f708")

OPERATIONS = (
    Operation(
        id="readCustomer",
        method="GET",
        path="/customers/{id}",
        tag="customers",
        summary="Read a customer",
        description="Whom an instalment names, with address, VAT id and default contact.",
        handler=read_customer,
        parameters=(_CUSTOMER,),
        answers={200: ("The customer.", Customer)},
        refusals=(404,),
    ),
    Operation(
        id="readCustomerByOtherPath",
        method="GET",
        path="/customer/{id}",
        tag="customers",
        summary="Read a customer",
        description="The same as `/api/customers/{id}`, for systems that ask in the singular.",
        handler=read_customer,
        parameters=(_CUSTOMER,),
        answers={200: ("The customer.", Customer)},
        refusals=(404,),
    ),
    Operation(
        id="changeCustomer",
        takes_key=True,
        method="PATCH",
        path="/customers/{id}",
        tag="customers",
        summary="Write back your code of a customer",
        description=(
            "Notes what your system calls the customer, such as its debtor number; every "
            "instalment of the customer carries it from then on."
        ),
        handler=change_customer,
        parameters=(_CUSTOMER,),
        body=CustomerChange,
        answers={200: ("The customer as it is now.", Customer)},
        refusals=(404, 409),
    ),
    Operation(
        id="readProduct",
        method="GET",
        path="/products/{id}",
        tag="products",
        summary="Read a product",
        description="What a line of an instalment names.",
        handler=read_product,
        parameters=(_PRODUCT,),
        answers={200: ("The product.", Product)},
        refusals=(404,),
    ),
)
