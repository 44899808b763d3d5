"""Rows of the files that merchants' programs write: CSV, spreadsheets, XML and JSON, each with the number of the row.

What a person sees as a row is counted: the line of a CSV file, the row of the sheet, the nth element of XML and JSON. Memory is
that of one row, except for spreadsheets and JSON, which are read as a whole (up to `LARGEST`).
"""
