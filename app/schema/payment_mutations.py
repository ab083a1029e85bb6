"""Mutations of payments, credits, refunds and accounting periods."""

from __future__ import annotations

import strawberry

from app.commands import payments, periods, refunds, settling
from app.resolvers import payment_requests as requests
from app.schema import payment_inputs as inputs
from app.schema.payloads import action_mutation


@strawberry.type
class PaymentsMutation:
    """What happens to money."""

    payment_record = action_mutation(
        "paymentRecord",
        "payment",
        "Payment",
        inputs.PaymentRecordInput,
        requests.record_payment,
        payments.record_payment,
        "Record money that came: it pays the invoices that are given, else those that its "
        "reference names, else the oldest due if the club matches so; the rest is a credit.",
    )
    payment_allocate = action_mutation(
        "paymentAllocate",
        "payment",
        "Payment",
        inputs.PaymentAllocateInput,
        requests.allocate_payment,
        settling.allocate_payment,
        "Pay invoices with what is left of a payment.",
    )
    payment_unallocate = action_mutation(
        "paymentUnallocate",
        "payment",
        "Payment",
        inputs.PaymentUnallocateInput,
        requests.unallocate_payment,
        settling.unallocate_payment,
        "Take back what a payment pays of an invoice.",
    )
    payment_reverse = action_mutation(
        "paymentReverse",
        "payment",
        "Payment",
        inputs.PaymentReverseInput,
        requests.reverse_payment,
        settling.reverse_payment,
        "Book that a payment was charged back or bounced: what it paid is open again.",
    )
    credit_allocate = action_mutation(
        "creditAllocate",
        "invoice",
        "Invoice",
        inputs.CreditAllocateInput,
        requests.allocate_credit,
        settling.allocate_credit,
        "Pay an invoice with what is left of a credit; answers with the credit.",
    )
    credit_unallocate = action_mutation(
        "creditUnallocate",
        "invoice",
        "Invoice",
        inputs.CreditUnallocateInput,
        requests.unallocate_credit,
        settling.unallocate_credit,
        "Take back what a credit pays of an invoice; answers with the credit.",
    )
    receivable_write_off = action_mutation(
        "receivableWriteOff",
        "invoice",
        "Invoice",
        inputs.ReceivableWriteOffInput,
        requests.write_off,
        settling.write_off,
        "Give up what is open of a document, or a part of it.",
    )
    invoice_payment_no_set = action_mutation(
        "invoicePaymentNoSet",
        "invoice",
        "Invoice",
        inputs.InvoicePaymentNoSetInput,
        requests.set_payment_no,
        settling.set_payment_no,
        "Note by hand that an invoice was paid in full: a payment with that number.",
    )
    refund_request = action_mutation(
        "refundRequest",
        "refund",
        "Refund",
        inputs.RefundRequestInput,
        requests.request_refund,
        refunds.request_refund,
        "Ask for a part of an account's credit to be paid back.",
    )
    refund_update = action_mutation(
        "refundUpdate",
        "refund",
        "Refund",
        inputs.RefundUpdateInput,
        requests.update_refund,
        refunds.update_refund,
        "Note how far a refund has come; one that failed is a credit of the account again.",
    )
    accounting_period_close = action_mutation(
        "accountingPeriodClose",
        "organisation",
        "Organisation",
        inputs.AccountingPeriodCloseInput,
        requests.close_period,
        periods.close_period,
        "Close all days through one: nothing is posted on them any more.",
    )
    accounting_period_reopen = action_mutation(
        "accountingPeriodReopen",
        "organisation",
        "Organisation",
        inputs.AccountingPeriodReopenInput,
        requests.reopen_period,
        periods.reopen_period,
        "Open closed days again.",
    )
