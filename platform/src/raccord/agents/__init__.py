"""Agents: the platform's side of the tunnel.

`api` answers the calls of `raccord_connectors.wire`; `service` says who an agent is (enrolment, tokens, revocation),
what it is to do (configuration) and how it is (heartbeat). What it brings goes to `sync.ingest` and `sync.reconcile`,
what it is asked comes from `sync.commands`. `tunnel.Tunnel` holds all of it for a web process.
"""
