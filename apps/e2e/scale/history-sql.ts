import type { Size } from './size.js';

/** A statement of the loader and what it makes, for its log. */
export interface Step {
  makes: string;
  sql: string;
}

/** What people write, in our own words: lines are pieces of it. */
const WORDS = [
  'the deploy is through and the graphs look calm again so I am off for lunch',
  'who of you has the key to the small meeting room on the third floor',
  'I read the report twice and still think that the second table counts the same visitors two times',
  'thanks a lot that helped and the customer is happy now',
  'can we move the call to half past four because the train is late again',
].join(' and then ');

/**
 * The history of each conversation as it would have happened, in temporary tables: who is there from when to when
 * (`member`), what was sent (`draft`), what was changed afterwards (`follow`), and the version of each (`event`).
 * Everything follows from `dice`, so two runs make the same.
 */
export function historySteps({ messages, conversations, users }: Size): Step[] {
  return [
    { makes: 'dice', sql: DICE },
    { makes: 'people', sql: people(users) },
    { makes: 'conversations', sql: talks({ messages, conversations, users }) },
    { makes: 'places', sql: PLACES },
    { makes: 'members', sql: members(users) },
    { makes: 'lines', sql: DRAFTS },
    { makes: 'changes', sql: FOLLOWS },
    { makes: 'versions', sql: EVENTS },
  ];
}

const DICE = `
CREATE FUNCTION pg_temp.dice(a bigint, b bigint, salt integer) RETURNS bigint LANGUAGE sql IMMUTABLE
  AS 'SELECT hashint8extended(a * 1000003 + b, salt) & 9223372036854775807';
CREATE FUNCTION pg_temp.id_at(moment timestamptz) RETURNS uuid LANGUAGE sql VOLATILE AS $$
  SELECT (left(t.hex, 8) || '-' || right(t.hex, 4) || '-7' || substr(gen_random_uuid()::text, 16))::uuid
    FROM (SELECT lpad(to_hex((extract(epoch FROM moment) * 1000)::bigint), 12, '0') AS hex) t $$;
`;

const people = (users: number) => `
CREATE TEMP TABLE person AS
SELECT u, pg_temp.id_at('2024-10-01T00:00:00Z'::timestamptz + u * interval '1 minute') AS id,
       'person-' || lpad(u::text, 4, '0') AS username
  FROM generate_series(1, ${users}) u;
CREATE UNIQUE INDEX ON person (u);
ANALYZE person;
`;

/**
 * c: rank by size; n: messages, as 1/rank (Zipf), one at least; places: how many are or were in it. Member 1, who makes
 * the calls, is in all of them. One in seven is direct while there are people for it.
 */
const talks = ({ messages, conversations, users }: Size) => `
CREATE TEMP TABLE talk AS
WITH sized AS (
  SELECT c, 1 + floor(${messages - conversations} / c / (SELECT sum(1.0 / r) FROM generate_series(1, ${conversations}) r))::bigint AS n,
         row_number() OVER (PARTITION BY c % 7 = 3 ORDER BY c) AS nth, c % 7 = 3 AS seventh
    FROM generate_series(1, ${conversations}) c
), kinds AS (
  SELECT c, CASE WHEN c = 1 THEN n + ${messages} - sum(n) OVER () ELSE n END::bigint AS n,
         CASE WHEN seventh AND nth < ${users} THEN nth + 1 END AS peer
    FROM sized
), placed AS (
  SELECT k.*, CASE
           WHEN peer IS NOT NULL THEN 2
           WHEN c <= 10 THEN 20 + pg_temp.dice(c, 0, 1) % 41
           WHEN pg_temp.dice(c, 0, 2) % 100 < 60 THEN 3 + pg_temp.dice(c, 0, 3) % 6
           WHEN pg_temp.dice(c, 0, 2) % 100 < 85 THEN 9 + pg_temp.dice(c, 0, 3) % 17
           WHEN pg_temp.dice(c, 0, 2) % 100 < 95 THEN 26 + pg_temp.dice(c, 0, 3) % 25
           ELSE 101 + pg_temp.dice(c, 0, 3) % 50
         END AS places
    FROM kinds k
)
SELECT p.*, peer IS NOT NULL AS direct, c > 20 AND c % 20 = 0 AS archived, pg_temp.dice(c, 0, 4) % 10 = 0 AS away,
       CASE WHEN peer IS NOT NULL THEN 0 ELSE least(3, places / 4) END AS late,
       CASE WHEN peer IS NOT NULL THEN 0 ELSE least(2, places / 5) END AS gone,
       CASE WHEN c % 3 = 0 THEN 1 ELSE 2 END AS owner,
       greatest(20000, least(21600000, 60480000000 / n)) AS gap,
       '2026-11-01T00:00:00Z'::timestamptz - (pg_temp.dice(c, 0, 5) % 5184000000) * interval '1 ms' AS last_at,
       NULL::uuid AS id
  FROM placed p;
UPDATE talk SET id = pg_temp.id_at(last_at - (n * gap + 60000) * interval '1 ms');
CREATE UNIQUE INDEX ON talk (c);
ANALYZE talk;
`;

/** k: seq; s: which of the conversation's system messages it is, the last one of an archived conversation apart. */
const PLACES = `
CREATE TEMP TABLE place AS
SELECT c, k, system, closing,
       CASE WHEN system AND NOT closing THEN row_number() OVER (PARTITION BY c, system, closing ORDER BY k) END AS s,
       t.last_at + (pg_temp.dice(c, k, 6) % (gap / 2) - (n - k) * gap) * interval '1 ms' AS at
  FROM (SELECT t.c, k, t.last_at, t.gap, t.n, archived AND k = n AS closing,
               archived AND k = n OR NOT direct AND k > 1 AND pg_temp.dice(t.c, k, 7) % 50 = 0 AS system
          FROM talk t, generate_series(1, t.n) k) t;
CREATE UNIQUE INDEX ON place (c, k);
CREATE INDEX ON place (c, s) WHERE s IS NOT NULL;
ANALYZE place;
`;

/** j: place in the conversation; joined and departed: the seq of the system message about it, 0 for the first ones. */
const members = (users: number) => `
CREATE TEMP TABLE member AS
SELECT t.c, j, CASE WHEN j = 1 THEN 1 WHEN t.direct THEN t.peer
                    ELSE 2 + (pg_temp.dice(t.c, 0, 8) + (j - 2) * (1 + pg_temp.dice(t.c, 0, 9) % ${users - 2})) % ${users - 1} END AS u,
       coalesce(came.k, 0) AS joined, went.k AS departed
  FROM talk t, generate_series(1, t.places) j
  LEFT JOIN LATERAL (SELECT k FROM place p WHERE p.c = t.c AND p.s = j - t.places + t.late AND p.s > 0) came ON true
  LEFT JOIN LATERAL (SELECT k FROM place p
                      WHERE p.c = t.c AND p.s = t.late + j - t.places + t.late + t.gone AND j <= t.places - t.late
                        AND j > t.places - t.late - t.gone) went ON true;
CREATE UNIQUE INDEX ON member (c, j);
ANALYZE member;
`;

/**
 * j: who wrote it; fate: what becomes of it later, at the step `k + delay`; reply, named: what it answers, whom it
 * mentions. System messages come in turn: those who join, those who leave, then names and roles.
 */
const DRAFTS = `
CREATE TEMP TABLE draft AS
WITH thrown AS (
  SELECT p.*, t.direct, t.away, t.late, t.gone, t.owner, t.places, t.n, t.archived, pg_temp.dice(p.c, k, 10) AS d,
         t.places - floor(t.places * power((pg_temp.dice(p.c, k, 11) % 10000) / 10000.0, 2))::bigint AS wanted
    FROM place p JOIN talk t USING (c)
), spoken AS (
  SELECT x.*, CASE
           WHEN closing THEN CASE WHEN direct THEN 1 ELSE owner END
           WHEN system AND s > late AND s <= late + gone AND (s - late) % 2 = 0 THEN places - late - gone + s - late
           WHEN system THEN owner
           WHEN m.joined >= k OR m.departed <= k OR wanted = 1 AND away AND k > n / 2 THEN 2
           ELSE wanted
         END AS j, m.departed
    FROM thrown x JOIN member m ON m.c = x.c AND m.j = x.wanted
), fated AS (
  SELECT x.*, CASE WHEN system THEN NULL
                   WHEN d % 100 < 6 THEN 'edited'
                   WHEN d % 100 < 18 THEN 'reacted'
                   WHEN d % 100 < 21 AND NOT (j = wanted AND departed IS NOT NULL) THEN 'deleted' END AS fate,
         CASE WHEN d % 100 < 6 THEN 0 ELSE least(d / 100 % 16, n - CASE WHEN archived THEN 1 ELSE 0 END - k) END AS delay,
         NOT system AND d % 50 = 49 AS data
    FROM spoken x
)
SELECT c, k, at, system, closing, s, j, fate, k + delay AS change_at, d, data,
       CASE WHEN NOT system AND d / 1600 % 100 < 15 AND k > d / 160000 % 10 + 1 THEN k - d / 160000 % 10 - 1 END AS reply,
       CASE WHEN NOT system AND NOT data AND d / 1600 % 20 = 19 THEN (
         SELECT m.u FROM member m
          WHERE m.c = x.c AND m.j = 1 + x.d / 1600000 % x.places AND m.j <> x.j AND m.joined < x.k
            AND coalesce(m.departed, x.k + 1) > x.k) END AS named,
       substr('${WORDS}', 1 + (d / 700 % 200)::integer, 20 + (d / 900 % 160)::integer) AS words,
       count(*) FILTER (WHERE NOT system) OVER (PARTITION BY c ORDER BY k) AS countable,
       pg_temp.id_at(at) AS id
  FROM fated x;
CREATE UNIQUE INDEX ON draft (c, k);
ANALYZE draft;
`;

/** Edits, reactions taken and given back, and deletions: nr counts them for each message. */
const FOLLOWS = `
CREATE TEMP TABLE follow AS
SELECT d.c, d.k, d.change_at AS step, nr, d.fate AS kind, d.j AS j, NULL::text AS emoji
  FROM draft d, generate_series(1, CASE WHEN d.fate = 'edited' THEN 1 + d.d % 2 ELSE 1 END) nr
 WHERE d.fate IN ('edited', 'deleted')
UNION ALL
SELECT c, k, change_at, nr, CASE WHEN nr > people THEN 'unreacted' ELSE 'reacted' END,
       1 + (d + least(nr, people)) % core, (ARRAY['👍', '❤️', '😂', '🎉', '👀', '🚀'])[1 + (d / 7 + least(nr, people) / 2) % 6]
  FROM (SELECT d.c, d.k, d.change_at, d.d, t.places - t.late - t.gone AS core,
               least(1 + d.d / 11 % 4, t.places - t.late - t.gone) AS people
          FROM draft d JOIN talk t USING (c) WHERE d.fate = 'reacted') d,
       generate_series(1, people + CASE WHEN d.d / 13 % 10 = 0 THEN 1 ELSE 0 END) nr;
ANALYZE follow;
`;

/** Every durable change in its order: a system message's change (0), the message (1), what became of others (2). */
const EVENTS = `
CREATE TEMP TABLE event AS
SELECT c, k, part, nr, 1 + row_number() OVER (PARTITION BY c ORDER BY step, part, k, nr) AS version
  FROM (SELECT c, k, k AS step, 0 AS part, 0 AS nr FROM place WHERE system
        UNION ALL SELECT c, k, k, 1, 0 FROM place
        UNION ALL SELECT c, k, step, 2, nr FROM follow) all_of_them;
CREATE UNIQUE INDEX ON event (c, k, part, nr);
ANALYZE event;
`;
