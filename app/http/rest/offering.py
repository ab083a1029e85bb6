"""Instalments that are to be invoiced: offered, claimed, and read one by one."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from app.commands.claims import ClaimInvoices, claim_invoices
from app.domain.errors import ErrorCode
from app.http.rest.instalments import read_instalments
from app.http.rest.models import Instalment, Instalments, InstalmentsQuery
from app.http.rest.operations import Call, Given, Operation, PathParameter
from app.http.rest.problems import RefusedError, refused
from app.resolvers.mutations import perform
from app.storage.conditions import Comparison, Condition
from app.storage.instalments import claimed_ids, offered_ids
from app.storage.reads import Slice, Sort

if TYPE_CHECKING:
    from uuid import UUID

    from app.resolvers.context import Context

_CODE = re.compile("[A-Za-z0-9][A-Za-z0-9._/-]{0,63}")
CODE_PARAMETER = PathParameter("code", "The instalment code.", "S-2026-000123-01")


async def offer_instalments(call: Call) -> Given:
    """Answer what is to be invoiced, and claim it unless it is only read."""
    query: InstalmentsQuery = call.query
    claims = query.claim and query.status == "TODO"
    if claims:
        ids = await _claim(call, query)
    elif query.status == "PENDING":
        ids = await claimed_ids(call.reading.reader, call.reading.caller, query.source, query.limit)
    else:
        until = query.until or await call.reading.today()
        ids = await offered_ids(
            call.reading.reader, call.reading.caller, until, call.reading.clock(), query.limit
        )
    found = await read_instalments(call.reading, ids)
    return Given(Instalments(source=query.source, is_claimed=claims, instalments=found))


async def _claim(call: Call, query: InstalmentsQuery) -> list[UUID]:
    """Claim what is due; return the invoices in their order."""
    request = ClaimInvoices(query.source, limit=query.limit, until=query.until)
    done = await perform(
        call.context, "restInstalmentsGet", call.key(), lambda _check: request, claim_invoices
    )
    if done.outcome is None:
        raise refused(done.violations)
    return [done.outcome.ids[place] for place in sorted(done.outcome.ids)]


async def read_instalment(call: Call) -> Given:
    """Answer one instalment."""
    ids = await invoice_ids_of(call.reading, [call.path["code"]])
    found = await read_instalments(call.reading, list(ids.values()))
    if not found:
        raise not_found(call.path["code"])
    return Given(found[0])


async def invoice_ids_of(context: Context, codes: list[str]) -> dict[str, UUID]:
    """Find instalments of the caller's club by their codes."""
    wanted = [code for code in dict.fromkeys(codes) if _CODE.fullmatch(code)]
    if not wanted:
        return {}
    condition = Condition(("code",), Comparison.ANY_OF, wanted)
    page = await context.reader.page(
        context.caller, "invoice", [condition], Sort("id"), Slice(len(wanted))
    )
    return {row["code"]: row["id"] for row in page.rows}


def not_found(code: str) -> RefusedError:
    """Say that no instalment has a code."""
    shown = code if len(code) <= 80 else code[:79] + "…"  # noqa: PLR2004 - keeps the message short
    message = f"no instalment has the code {shown!r}; GET /api/instalments has those to be invoiced"
    return RefusedError(404, ErrorCode.NOT_FOUND, message)


OPERATIONS = (
    Operation(
        id="offerInstalments",
        takes_key=True,
        method="GET",
        path="/instalments",
        tag="instalments",
        summary="Get what is to be invoiced",
        description=(
            "Instalments whose date has come and that have no document yet, credit notes "
            "included unless the document that they credit is still awaited; the earliest first. "
            "They are claimed for your source: for the club's lease time (60 minutes unless set "
            "otherwise) they are PENDING, their amounts are frozen, and nobody is offered them, "
            "you neither; `status=PENDING` reads your own again. What is not reported when the "
            "lease ends is offered again. An Idempotency-Key makes a request that was not answered "
            "repeatable: the same key gets the same instalments."
        ),
        handler=offer_instalments,
        query=InstalmentsQuery,
        answers={200: ("What is to be invoiced; an empty list: nothing.", Instalments)},
        refusals=(409,),
    ),
    Operation(
        id="readInstalment",
        method="GET",
        path="/instalments/{code}",
        tag="instalments",
        summary="Read an instalment",
        description="One instalment in any status, with what was reported and what is still open.",
        handler=read_instalment,
        parameters=(CODE_PARAMETER,),
        answers={200: ("The instalment.", Instalment)},
        refusals=(404,),
    ),
)
