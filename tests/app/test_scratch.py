import pytest
from tests.app.screen import *
@pytest.mark.parametrize("n", range(25))
def test_y(screen, n):
    screen.prepare(screen.draft("ranktracker"))
    screen.open()
    r=screen.desktop.readings; log=[]
    r.came.connect(lambda o: log.append(("came", o.reading.due_at, o.reading.stale)))
    r.listed.connect(lambda: log.append(("listed", [(e.reading.due_at, e.reading.stale) for e in screen.desktop.parts.board.entries()])))
    r.poller.looked.connect(lambda: log.append(("looked",)))
    for k in range(4):
        screen.look(**({"days":-400} if k==0 else {"seconds":10})); log.append((screen.clock.now, screen.requests("ranktracker"), screen.reading().due_at, screen.reading().trouble))
    if screen.requests("ranktracker")!=2:
        for l in log: print(l)
        assert 0
