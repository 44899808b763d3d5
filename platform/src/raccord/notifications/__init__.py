"""Messages to the merchant's customers: what is told (`recording`), by what it leaves (`senders`, `smtp`, `sms`), and the worker
that tells it once (`sending`). Decision 0021 says what happens when a worker dies in between."""
