"""Files of models read into the dataclasses of `spec`, every fault with its line."""
