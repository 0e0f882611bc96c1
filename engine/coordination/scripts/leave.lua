-- agent. It says goodbye.
redis.call('ZREM', p .. 'agents', ARGV[2])
redis.call('DEL', p .. 'agent:' .. ARGV[2])
return 1
