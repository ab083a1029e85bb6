"""What Loge tells its operator about itself: measures, spans, and which request is being served.

It knows nothing of the layers above; each of them counts what it does by the names in `measures`.
"""
