-- How a console's view stood: the chart's place, zoom and what is up, or the span of the history; coarse, '' where none.
ALTER TABLE screen ADD COLUMN look text NOT NULL DEFAULT '';
