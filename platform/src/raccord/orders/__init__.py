"""Orders: collected from the shops, reserved, entered into the ERP, read back, followed to their end.

`collect` stores what the shop says, `entering` brings one order a step further each time it is called, `reservations`
keeps sold stock out of the shops until the ERP's stock says it, `following` tells the shop what the ERP did.
"""
