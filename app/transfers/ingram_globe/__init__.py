"""From Ingram Micro's invoices to sales orders in Exact Globe: what is ready to be used."""
