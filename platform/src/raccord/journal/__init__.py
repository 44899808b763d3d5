"""The journal: what happened to which record, when, why, with before and after, for the merchant's eyes.

Entries are written inside the transaction of what they tell, so that the two are true together; nobody can change
them afterwards. A first load is told by its run's counts, not by a hundred thousand entries.
"""
