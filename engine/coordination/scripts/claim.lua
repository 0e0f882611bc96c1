-- agent, capabilities with commas, most tasks, lease in ms, most waiting results.
-- Answers a status, then per task: id, token, attempt, body.
local agent, most = ARGV[2], tonumber(ARGV[4])
local control = redis.call('HMGET', p .. 'control', 'halted', 'paused')
-- A server that has not been told what is stopped hands out nothing: it may have forgotten a halt.
if not control[1] then return {'unready'} end
if control[1] == '1' then return {'halted'} end
if control[2] == '1' or redis.call('SISMEMBER', p .. 'paused', agent) == 1 then return {'paused'} end
if redis.call('XLEN', p .. 'results') >= tonumber(ARGV[6]) then return {'backlog'} end
promote()

local able = {}
for capability in string.gmatch(ARGV[3], '[^,]+') do able[capability] = true end
local waiting = {}
for _, need in ipairs(redis.call('SMEMBERS', p .. 'needs')) do
  local fits = true
  for capability in string.gmatch(need, '[^,]+') do fits = fits and able[capability] end
  if fits then
    local head = redis.call('ZRANGE', p .. 'queue:' .. need, 0, most - 1, 'WITHSCORES')
    for i = 1, #head, 2 do waiting[#waiting + 1] = {tonumber(head[i + 1]), head[i], need} end
  end
end
table.sort(waiting, function(a, b) return a[1] < b[1] end)

-- Tokens follow the time as well as their own count, so that they rise even across a server that forgot everything.
local token = math.max(tonumber(redis.call('GET', p .. 'token') or '0'), micros)
local answer = {'ok'}
for i = 1, math.min(most, #waiting) do
  local id, need = waiting[i][2], waiting[i][3]
  token = token + 1
  take_off(id, need)
  local attempt = redis.call('HINCRBY', task(id), 'attempts', 1)
  redis.call('HSET', task(id), 'token', token, 'agent', agent)
  redis.call('ZADD', p .. 'leases', now + tonumber(ARGV[5]), id)
  emit('claimed', id, token, attempt, agent, '')
  answer[#answer + 1] = id
  answer[#answer + 1] = token
  answer[#answer + 1] = attempt
  answer[#answer + 1] = redis.call('HGET', task(id), 'body')
end
if #answer > 1 then
  redis.call('SET', p .. 'token', token)
  hint('claimed', agent)
end
return answer
