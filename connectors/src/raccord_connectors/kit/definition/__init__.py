"""How an integrator says which columns of a merchant's own tables, views or files are which canonical fields.

A definition is a TOML file beside the agent, which the platform never sees. `fields` lists what can be said of each stream,
`loading` reads a file and names the line that is wrong, `values` and `reading` turn rows into records or into a refusal that
names row, column and field, `guessing` proposes a first definition from usual French and English names.
"""
