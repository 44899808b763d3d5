"""What a channel does with the ERP's records, under people's hands: drafts, versions, plans, and applying them."""
