"""PostgreSQL: migrations, COPY writer, history queries."""
