"""The ASGI application: routes, authentication and limits."""
