"""The REST façade for invoicing systems: instalments out, documents and payments back in."""
