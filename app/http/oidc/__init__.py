"""Signed tokens (JWT) of identity providers: their keys, fetched safely, and their verification."""
