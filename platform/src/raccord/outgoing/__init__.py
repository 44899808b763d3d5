"""What goes out to the merchant's own programs: told of what happens, signed, repeated until it is taken."""
