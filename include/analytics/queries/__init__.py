"""The questions, as statements of SQLAlchemy Core: every value is bound, every name is from the catalogue."""
