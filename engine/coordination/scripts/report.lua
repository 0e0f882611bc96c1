-- agent, then a line per report: what, id, token, delay in ms, how long it ran in ms; then pairs of d<line> and a text,
-- u<line> and a text. Answers 1 per accepted report and 0 per stale one.
local agent = ARGV[2]
local ids, whats, tokens, delays, rans = {}, {}, {}, {}, {}
local n, again = 0, false
for what, id, token, delay, ran in string.gmatch(ARGV[3], '(%a+) (%S+) (%d+) (%d+) (%d+)\n') do
  n = n + 1
  whats[n], ids[n], tokens[n], delays[n], rans[n] = what, id, token, delay, ran
  again = again or what == 'retry'
end
local held = read_many(p .. 'held', ids)
local known = again and read_many(p .. 'tasks', ids)

local answer, over = {}, {}
local started, gone, dead, back, later, later_text = {}, {}, {}, {}, {}, {}
local ended, counters, rates = {}, {}, {}
for i, id in ipairs(ids) do
  local what, token, attempt, begun, need = whats[i], nil, nil, nil, nil
  if held[i] then token, attempt, begun, need = string.match(held[i], '^(%d+) (%d+) (%d) ([^\t]*)') end
  answer[i] = 0
  lines[i] = ''
  if token == tokens[i] and not over[id] then
    answer[i] = 1
    if what == 'started' then
      -- The same batch may say how it ended.
      if begun == '0' then
        started[#started + 1] = id
        started[#started + 1] = token .. ' ' .. attempt .. ' 1 ' .. string.sub(held[i], #token + #attempt + 5)
      end
    else
      over[id] = true
      gone[#gone + 1] = id
      if what == 'completed' then
        dead[#dead + 1] = id
        rates[need] = (rates[need] or 0) + 1
        ended.complete = true
      elseif what == 'released' then
        back[#back + 1] = id
        attempt = attempt - 1
        ended.new = true
      else
        local m = what == 'retry' and meta_of(known[i])
        if m and tonumber(attempt) < m.allowed then
          m.attempts = attempt
          later[#later + 1] = now + tonumber(delays[i])
          later[#later + 1] = id
          later_text[#later_text + 1] = id
          later_text[#later_text + 1] = meta_text(m)
          what = 'failed'
        else
          what = 'dead'
          dead[#dead + 1] = id
        end
        ended.failed = true
      end
    end
    lines[i] = what .. ' ' .. id .. ' ' .. token .. ' ' .. attempt .. ' ' .. rans[i]
    counters[what] = (counters[what] or 0) + 1
  end
end
if next(counters) == nil then return answer end
for i = 4, #ARGV, 2 do
  if answer[tonumber(string.sub(ARGV[i], 2))] == 1 then
    datas[#datas + 1] = ARGV[i]
    datas[#datas + 1] = ARGV[i + 1]
  end
end
many('HSET', p .. 'held', started)
let_go(gone)
forget(dead)
many('HSET', p .. 'tasks', later_text)
many('ZADD', p .. 'delayed', later)
if #back > 0 then requeue(back) end
for what, number in pairs(counters) do redis.call('HINCRBY', p .. 'counters', what, number) end
local minute = p .. 'minute:' .. math.floor(now / 60000)
for need, number in pairs(rates) do
  if redis.call('HINCRBY', minute, need, number) == number then redis.call('EXPIRE', minute, 7200) end
end
tell(agent)
for channel in pairs(ended) do hint(channel, tostring(#gone)) end
return answer
