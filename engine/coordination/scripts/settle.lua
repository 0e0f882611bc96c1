-- position, how many events were emitted up to it. Lets go of every result up to that position.
redis.call('XTRIM', p .. 'results', 'MINID', ARGV[2])
redis.call('XDEL', p .. 'results', ARGV[2])
if tonumber(ARGV[3]) > tonumber(redis.call('HGET', p .. 'flow', 'settled') or '0') then
  redis.call('HSET', p .. 'flow', 'settled', ARGV[3])
end
return 1
