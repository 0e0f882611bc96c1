-- most tasks. Takes lapsed leases back and moves due tasks to their queues. Answers how many of each.
local lapsed = redis.call('ZRANGEBYSCORE', p .. 'leases', '-inf', now, 'LIMIT', 0, tonumber(ARGV[2]))
local held, metas = read_many(p .. 'held', lapsed), read_many(p .. 'tasks', lapsed)
local back, dead, changes = {}, {}, {}

local function tell_of(kind, id, h, attempt)
  lines[#lines + 1] = kind .. ' ' .. id .. ' ' .. h.token .. ' ' .. attempt .. ' 0 ' .. h.agent
  datas[#datas + 1] = 'd' .. #lines
  datas[#datas + 1] = 'the agent fell silent'
end

for i, id in ipairs(lapsed) do
  if held[i] and metas[i] then
    local h, m = held_of(held[i]), meta_of(metas[i])
    -- What was handed out but never begun has cost no attempt; it may not go round for ever either.
    local attempts, lapses = h.started and h.attempt or h.attempt - 1, h.started and m.lapses or m.lapses + 1
    if attempts < m.allowed and lapses < LAPSES then
      back[#back + 1] = id
      changes[#changes + 1] = {attempts, lapses}
      tell_of('released', id, h, attempts)
    else
      dead[#dead + 1] = id
      tell_of('dead', id, h, h.attempt)
    end
  end
end
let_go(lapsed)
forget(dead)
if #back > 0 then
  requeue(back, function(m, i) m.attempts, m.lapses = changes[i][1], changes[i][2] end)
end
if #lapsed > 0 then redis.call('HINCRBY', p .. 'counters', 'expired', #lapsed) end
tell('')
local due = promote()
if #lapsed + due > 0 then hint('new', tostring(#lapsed + due)) end
if #dead > 0 then hint('failed', tostring(#dead)) end
return {#lapsed, due}
