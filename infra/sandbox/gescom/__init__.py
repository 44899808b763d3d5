"""The demonstration GesCom: a simulator of Sage 100 on SQLite, with its real tables, columns and widths.

It is not Sage: it keeps what is known of Sage's tables and behaviour (see the connector's README), so that the
connector that reads a real Sage 100 reads this one without knowing the difference. `schema` makes the tables, `seed`
fills them, `business` does what users do, `bridge` stands in for the Objets métiers, `app` is the screen.

    python -m sandbox.gescom --data DIR --port 0
"""
