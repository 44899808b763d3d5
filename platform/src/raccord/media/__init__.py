"""Pictures and documents: from the agent's folders (`service`, `agent_api`), through the renderer's own processes (`work`,
`renderers`, `rendering`), to the shops (`publishing`), and the merchant's page of them (`pages`)."""
