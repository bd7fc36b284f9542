"""The statements of imports that wait in the outbox, and the step of the schema that they need."""

CREATE_QUEUE = ("ALTER TABLE sending ADD COLUMN queue TEXT",)
"""`queue` is what a sending waits for, as JSON; NULL: nothing, it may be sent."""

REQUEUE = "UPDATE sending SET queue = ? WHERE id = ? AND queue IS NOT NULL AND stop != 'cancelled'"
SENT_SINCE = """SELECT b.items FROM batch b JOIN sending s ON s.id = b.sending
    WHERE b.account = ? AND s.place = ? AND s.operation = ? AND s.id != ?
    AND b.state = 'accepted' AND b.ended_at >= ?"""
