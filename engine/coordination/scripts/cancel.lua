-- ids. Forgets the tasks and tells the agents that work on them. Answers how many were known.
local known = 0
for i = 2, #ARGV do
  local id = ARGV[i]
  local f = redis.call('HMGET', task(id), 'need', 'agent')
  if f[1] then
    known = known + 1
    take_off(id, f[1])
    redis.call('ZREM', p .. 'delayed', id)
    forget(id)
    if f[2] then redis.call('PUBLISH', p .. 'control', 'cancel ' .. id) end
  end
end
if known > 0 then hint('updated', tostring(known)) end
return known
