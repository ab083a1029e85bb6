"""Taking rows into Loge from elsewhere, and giving them away."""
