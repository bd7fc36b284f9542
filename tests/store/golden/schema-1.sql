CREATE TABLE condition (
        account TEXT NOT NULL PRIMARY KEY, read_at INTEGER, source TEXT NOT NULL, plan TEXT NOT NULL,
        inferred INTEGER NOT NULL, trouble TEXT, message TEXT NOT NULL, retry_at INTEGER,
        vendor_asked INTEGER NOT NULL, since INTEGER, failures INTEGER NOT NULL) STRICT, WITHOUT ROWID;
INSERT INTO "condition" VALUES('a1',1795177500000000,'live','Pro',0,NULL,'',NULL,0,NULL,0);
INSERT INTO "condition" VALUES('a2',NULL,'','',0,'throttled','Vendor asks to be asked less often (HTTP 503).',1795176000000000,1,1795176000000000,1);
CREATE TABLE episode (
        id INTEGER PRIMARY KEY, account TEXT NOT NULL, level TEXT NOT NULL, fired_at INTEGER NOT NULL, pool TEXT NOT NULL,
        pool_window TEXT NOT NULL, why TEXT NOT NULL, delivered TEXT NOT NULL, cleared_at INTEGER,
        snoozed_until INTEGER) STRICT;
INSERT INTO "episode" VALUES(1,'a1','low',1795176000000000,'keywords','3','','',NULL,1795179600000000);
CREATE TABLE event (
        id INTEGER PRIMARY KEY, at INTEGER NOT NULL, account TEXT NOT NULL, kind TEXT NOT NULL, pool TEXT NOT NULL,
        amount TEXT, unit TEXT NOT NULL, detail TEXT NOT NULL) STRICT;
INSERT INTO "event" VALUES(1,1795177500000000,'a1','used','keywords','-5','keywords','');
INSERT INTO "event" VALUES(2,1795177500000000,'a1','used','main','-5.000','$','');
INSERT INTO "event" VALUES(3,1795176900000000,'a1','alert','keywords',NULL,'','low');
INSERT INTO "event" VALUES(4,1795176000000000,'a2','trouble','',NULL,'','Vendor asks to be asked less often (HTTP 503).');
INSERT INTO "event" VALUES(5,1795176000000000,'a1','typed','main','12.50','$','');
INSERT INTO "event" VALUES(6,1795176000000000,'a1','note','',NULL,'','Grüße, “quoted”');
CREATE TABLE point (
        account TEXT NOT NULL, pool TEXT NOT NULL, first_seen INTEGER NOT NULL, last_seen INTEGER NOT NULL,
        amount_left TEXT, amount_limit TEXT, amount_used TEXT, source TEXT NOT NULL, resets_at INTEGER,
        expires_at INTEGER, PRIMARY KEY (account, pool, first_seen)) STRICT, WITHOUT ROWID;
INSERT INTO "point" VALUES('a1','keywords',1795176000000000,1795176000000000,'158','1000','842','live',NULL,NULL);
INSERT INTO "point" VALUES('a1','keywords',1795176300000000,1795176300000000,'157','1000','843','live',NULL,NULL);
INSERT INTO "point" VALUES('a1','keywords',1795176600000000,1795176600000000,'156','1000','844','live',NULL,NULL);
INSERT INTO "point" VALUES('a1','keywords',1795176900000000,1795176900000000,'155','1000','845','live',NULL,NULL);
INSERT INTO "point" VALUES('a1','keywords',1795177200000000,1795177200000000,'154','1000','846','live',NULL,NULL);
INSERT INTO "point" VALUES('a1','keywords',1795177500000000,1795177500000000,'153','1000','847','live',NULL,NULL);
INSERT INTO "point" VALUES('a1','main',1795176000000000,1795176000000000,'12.345',NULL,NULL,'live',NULL,NULL);
INSERT INTO "point" VALUES('a1','main',1795176300000000,1795176300000000,'11.345',NULL,NULL,'live',NULL,NULL);
INSERT INTO "point" VALUES('a1','main',1795176600000000,1795176600000000,'10.345',NULL,NULL,'live',NULL,NULL);
INSERT INTO "point" VALUES('a1','main',1795176900000000,1795176900000000,'9.345',NULL,NULL,'live',NULL,NULL);
INSERT INTO "point" VALUES('a1','main',1795177200000000,1795177200000000,'8.345',NULL,NULL,'live',NULL,NULL);
INSERT INTO "point" VALUES('a1','main',1795177500000000,1795177500000000,'7.345',NULL,NULL,'live',NULL,NULL);
CREATE TABLE pool (
        account TEXT NOT NULL, pool TEXT NOT NULL, place INTEGER NOT NULL, present INTEGER NOT NULL,
        label TEXT NOT NULL, kind TEXT NOT NULL, unit TEXT NOT NULL, reset_assumed INTEGER NOT NULL,
        derived TEXT NOT NULL, shared_by TEXT NOT NULL, part_of TEXT NOT NULL, open_at INTEGER NOT NULL,
        used_event INTEGER, used_since INTEGER, PRIMARY KEY (account, pool)) STRICT, WITHOUT ROWID;
INSERT INTO "pool" VALUES('a1','keywords',0,1,'Keywords','slots','keywords',0,'','','',1795177500000000,1,1795176300000000);
INSERT INTO "pool" VALUES('a1','main',1,1,'Main','wallet','$',1,'','','',1795177500000000,2,1795176300000000);
CREATE TABLE snooze (account TEXT NOT NULL PRIMARY KEY, until INTEGER NOT NULL) STRICT, WITHOUT ROWID;
INSERT INTO "snooze" VALUES('a1',1795179600000000);
CREATE TABLE typed (
        account TEXT NOT NULL, pool TEXT NOT NULL, at INTEGER NOT NULL, amount_left TEXT NOT NULL,
        amount_limit TEXT, PRIMARY KEY (account, pool)) STRICT, WITHOUT ROWID;
INSERT INTO "typed" VALUES('a1','main',1795176000000000,'12.50',NULL);
CREATE INDEX event_by_time ON event (at, id);
CREATE INDEX event_by_account ON event (account, at, id);
CREATE INDEX episode_by_account ON episode (account, cleared_at);
