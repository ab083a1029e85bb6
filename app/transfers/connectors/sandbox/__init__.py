"""The sandbox: a payment service provider without money, and the connector that speaks to it."""
