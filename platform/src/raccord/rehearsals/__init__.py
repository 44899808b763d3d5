"""The rehearsal of a channel: started by a person, made by the workers (`sync.rehearsing`), read as a report."""
