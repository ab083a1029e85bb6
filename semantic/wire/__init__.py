"""PostgreSQL's wire protocol over the semantic layer: BI tools connect and see the views."""
