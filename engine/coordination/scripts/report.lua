-- agent, then per report: what, id, token, delay in ms, data. Answers 1 per accepted report and 0 per stale one.
local agent, answer, ended = ARGV[2], {}, {}
for i = 3, #ARGV, 5 do
  local what, id, token, data = ARGV[i], ARGV[i + 1], ARGV[i + 2], ARGV[i + 4]
  local f = redis.call('HMGET', task(id), 'token', 'attempts', 'allowed')
  local accepted = f[1] == token
  if accepted then
    if what == 'started' then
      emit('started', id, token, f[2], agent, data)
    elseif what == 'released' then
      redis.call('ZREM', p .. 'leases', id)
      local attempts = redis.call('HINCRBY', task(id), 'attempts', -1)
      requeue(id)
      emit('released', id, token, attempts, agent, data)
      ended.new = true
    elseif what == 'retry' and tonumber(f[2]) < tonumber(f[3]) then
      redis.call('ZREM', p .. 'leases', id)
      redis.call('HDEL', task(id), 'token', 'agent')
      redis.call('ZADD', p .. 'delayed', now + tonumber(ARGV[i + 3]), id)
      emit('failed', id, token, f[2], agent, data)
      ended.failed = true
    else
      if what ~= 'completed' then what = 'dead' end
      forget(id)
      emit(what, id, token, f[2], agent, data)
      ended[what == 'completed' and 'complete' or 'failed'] = true
    end
    redis.call('HINCRBY', p .. 'counters', what, 1)
  end
  answer[#answer + 1] = accepted and 1 or 0
end
for channel in pairs(ended) do hint(channel, agent) end
return answer
