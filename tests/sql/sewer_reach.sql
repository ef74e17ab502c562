-- For each pipe, what kinds of ends lie downstream of it, a plant being an end whatever leaves it, and an outfall too.
WITH RECURSIVE down (pipe, node) AS (
    SELECT pipe_id, to_node FROM drains
    UNION
    SELECT down.pipe, next.to_node
    FROM down JOIN drains AS next ON next.from_node = down.node
    WHERE NOT EXISTS (SELECT FROM ends WHERE ends.node_id = down.node AND ends.kind = 'treatment_plant')
)
SELECT down.pipe,
    bool_or(ends.kind = 'treatment_plant') IS TRUE AS plant,
    bool_or(ends.kind = 'outfall') IS TRUE AS outfall,
    bool_or(NOT EXISTS (SELECT FROM drains AS next WHERE next.from_node = down.node)) AS stops
FROM down LEFT JOIN ends ON ends.node_id = down.node
GROUP BY down.pipe ORDER BY down.pipe;
