"""The statements with which history from a file is put beside what is there, or a copy in its place."""

from creditdesk.store.statements import WHOLE_POOL

SPANS = "SELECT first_seen, first_seen + held FROM point WHERE series = ? ORDER BY first_seen"
POOL = f"SELECT {WHOLE_POOL} FROM pool WHERE account = ? AND pool = ?"
THIN_ANEW = "DELETE FROM thinned WHERE series = ?"
EPISODES = "SELECT level, fired_at, pool, pool_window, rule FROM episode WHERE account = ?"

DOUBT_BATCHES = """UPDATE batch SET state = 'unknown', answered = 0, ended_at = ?, detail = ?
    WHERE state IN ('planned', 'sending')"""
UNQUEUE = "UPDATE sending SET queue = NULL"
