"""What crosses the water between ship and shore: topics, envelope, batches, orders, heartbeats, signatures."""
