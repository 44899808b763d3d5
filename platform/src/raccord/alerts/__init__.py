"""What the merchant's own people are told: that something is wrong with a channel, an agent or orders, and that it is over."""
