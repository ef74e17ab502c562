-- listen: hear what is announced on a channel
LISTEN {channel};

-- has_queue: whether the tables of the queue are there
SELECT to_regclass('jobs.procrastinate_jobs') IS NOT NULL AS there;
