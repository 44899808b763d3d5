"""A small ERP that knows nothing but files, for the demonstration and the tests. **A simulator.**

Its books are CSV files (`gestion/`) that anyone may edit in a spreadsheet. What changes there is exported into the drop folder,
and orders that are laid down there are entered, numbered and acknowledged.
"""
