"""E-mail: messages written and handed to a server."""
