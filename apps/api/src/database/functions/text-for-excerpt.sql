-- Called by nodes of the release before only; to be dropped once none of them can run.
-- As much of a text as its first 140 graphemes may take: of ASCII, where CR LF is one, twice as many characters and what
-- follows; of anything else there is no knowing without the tables.
CREATE OR REPLACE FUNCTION text_for_excerpt(content text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
AS $$
  SELECT CASE WHEN octet_length(left($1, 282)) = length(left($1, 282)) THEN left($1, 282) ELSE $1 END
$$;
