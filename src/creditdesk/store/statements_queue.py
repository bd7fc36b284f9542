"""The statements of imports that wait in the outbox, and the step of the schema that they need."""

CREATE_QUEUE = ("ALTER TABLE sending ADD COLUMN queue TEXT",)
"""`queue` is what a sending waits for, as JSON; NULL: nothing, it may be sent."""

CREATE_RESERVE = ("ALTER TABLE sending ADD COLUMN reserve TEXT",)
"""`reserve` is what the import's own plan keeps of each pool, as JSON; NULL: nothing beside the account's."""

THERE = "SELECT id FROM sending WHERE account = ? AND place = ? AND operation = ?"
REQUEUE = "UPDATE sending SET queue = ? WHERE id = ? AND queue IS NOT NULL AND stop != 'cancelled'"
SENT_SINCE = """SELECT b.items FROM batch b JOIN sending s ON s.id = b.sending
    WHERE b.account = ? AND s.place = ? AND s.operation = ? AND s.id != ?
    AND b.state = 'accepted' AND b.ended_at >= ?"""
BROUGHT = """SELECT b.items, s.lists, b.state, COALESCE(b.ended_at, s.created_at) FROM batch b
    JOIN sending s ON s.id = b.sending WHERE b.account = ? AND s.place = ? AND s.operation = ?
    AND (b.state IN ('sending', 'unknown', 'accepted')
        OR (b.state = 'planned' AND (s.stop = '' OR s.queue IS NOT NULL OR s.baseline IS NULL)))"""
"""What is there, may be, or is to come. The rest of an import that stopped is not: before that goes on, it looks."""
