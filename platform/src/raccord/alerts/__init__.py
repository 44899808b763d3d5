"""What the merchant's own people are told: that something is wrong with a channel, an agent, an order, and that it is well again."""
