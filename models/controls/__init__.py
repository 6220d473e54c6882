"""Controls: models that must lose."""
