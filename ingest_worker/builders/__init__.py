"""From arrays to Arrow tables in the published columns, one module a family of tables."""
