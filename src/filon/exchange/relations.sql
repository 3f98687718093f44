-- Mixtures of a plant by any SQL engine that knows array_agg, array_sort and windows, as DuckDB and Spark do. Given are
-- the tables lots, links, entries and origins (INT, shares REAL, names text), as Parquet files beside this one.
-- {level} is a number. A class is called by its first lot.

-- 1. Begin.
CREATE TABLE classes (node INT, class INT);

-- 2. Classes of a level, once for each level of lots: 0, 1, 2 .. A lot that holds one class alone is of that class. Lots
-- that one event made of the same classes in the same shares are one. Lots into which matter enters are each their own.
INSERT INTO classes
WITH mixed AS (
  SELECT links.target AS node, classes.class AS source, CAST(SUM(CAST(links.share AS DOUBLE)) AS REAL) AS share
  FROM links JOIN lots ON lots.node = links.target JOIN classes ON classes.node = links.source
  WHERE lots.level = {level}
  GROUP BY links.target, classes.class
),
told AS (
  SELECT node, COUNT(*) AS sources, MIN(source) AS source, MIN(share) AS share,
    array_sort(array_agg(concat(source, ':', share))) AS mixture
  FROM mixed
  GROUP BY node
),
own AS (SELECT DISTINCT node FROM entries)
SELECT lots.node, CASE
    WHEN own.node IS NULL AND told.sources = 1 AND abs(told.share - 1) < 1e-6 THEN told.source
    WHEN told.node IS NULL THEN lots.node
    ELSE MIN(lots.node) OVER (PARTITION BY lots.event, told.mixture, own.node)
  END
FROM lots LEFT JOIN told ON told.node = lots.node LEFT JOIN own ON own.node = lots.node
WHERE lots.level = {level};

-- 3. Links between classes: those of their first lots.
CREATE TABLE class_links AS
SELECT mine.class AS class, theirs.class AS source, CAST(SUM(CAST(links.share AS DOUBLE)) AS REAL) AS share
FROM classes AS mine
JOIN links ON links.target = mine.node
JOIN classes AS theirs ON theirs.node = links.source
WHERE mine.class = mine.node
GROUP BY mine.class, theirs.class;

-- Of class_links and entries, filon.exchange.relations.mixtures makes the table mixtures (class, origin, share), a block
-- of origins a task.

-- 4. What every lot holds.
CREATE TABLE shares AS
SELECT classes.node, mixtures.origin, mixtures.share
FROM classes JOIN mixtures ON mixtures.class = classes.class;
