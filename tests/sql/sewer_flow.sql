-- Flow in each pipe of a network without circles: what a pipe takes up goes down every way, by the product of shares.
WITH RECURSIVE shares AS (
    SELECT pipe_id, from_node, to_node, amount,
        1.0::float8 / count(*) OVER (PARTITION BY from_node) AS share
    FROM drains
), down (source, node, pipe, amount) AS (
    SELECT pipe_id, to_node, pipe_id, amount FROM shares
    UNION ALL
    SELECT down.source, next.to_node, next.pipe_id, down.amount * next.share
    FROM down JOIN shares AS next ON next.from_node = down.node
    WHERE NOT EXISTS (SELECT FROM ends WHERE ends.node_id = down.node AND ends.kind = 'treatment_plant')
)
SELECT pipe, sum(amount) AS flow FROM down GROUP BY pipe ORDER BY pipe;
