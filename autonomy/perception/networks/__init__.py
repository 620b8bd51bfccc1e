"""Parts that networks of perception are made of."""
