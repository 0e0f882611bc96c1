-- Per report: agent, what, id, token, delay in ms, how long it ran in ms, data, what it took.
-- Answers 1 per accepted report and 0 per stale one.
local answer, ids, reports = {}, {}, {}
for i = 2, #ARGV, 8 do
  ids[#ids + 1] = ARGV[i + 2]
  reports[#reports + 1] = {agent = ARGV[i], what = ARGV[i + 1], token = ARGV[i + 3], delay = tonumber(ARGV[i + 4]),
    ran = ARGV[i + 5], data = ARGV[i + 6], usage = ARGV[i + 7]}
end
local held = read_many(p .. 'held', ids)
local retried = {}
for i, report in ipairs(reports) do
  if report.what == 'retry' then retried[#retried + 1] = ids[i] end
end
local known = {}
for i, text in ipairs(read_many(p .. 'meta', retried)) do known[retried[i]] = text end

local started, gone, dead, back, later, later_meta = {}, {}, {}, {}, {}, {}
local ended, counters, rates, over = {}, {}, {}, {}
for i, report in ipairs(reports) do
  local id, what, h = ids[i], report.what, held[i] and held_of(held[i])
  local accepted = h and h.token == report.token and not over[id]
  if accepted then
    if what == 'started' then
      if not h.started then
        started[#started + 1] = id
        started[#started + 1] = held_text(h.token, h.attempt, true, h.need, h.agent)
      end
      -- The same batch may say how it ended.
    else
      over[id] = true
      gone[#gone + 1] = id
      local m = what == 'retry' and meta_of(known[id])
      if what == 'released' then
        back[#back + 1] = id
        h.attempt = h.attempt - 1
        ended.new = true
      elseif m and h.attempt < m.allowed then
        m.attempts = h.attempt
        later[#later + 1] = now + report.delay
        later[#later + 1] = id
        later_meta[#later_meta + 1] = id
        later_meta[#later_meta + 1] = meta_text(m)
        what = 'failed'
        ended.failed = true
      else
        if what ~= 'completed' then what = 'dead' end
        dead[#dead + 1] = id
        ended[what == 'completed' and 'complete' or 'failed'] = true
        if what == 'completed' then rates[h.need] = (rates[h.need] or 0) + 1 end
      end
    end
    say(what, id, h.token, h.attempt, report.ran, report.agent, report.data, report.usage)
    counters[what] = (counters[what] or 0) + 1
  end
  answer[i] = accepted and 1 or 0
end
many('HSET', p .. 'held', started)
let_go(gone)
forget(dead)
many('HSET', p .. 'meta', later_meta)
many('ZADD', p .. 'delayed', later)
if #back > 0 then requeue(back) end
for what, number in pairs(counters) do redis.call('HINCRBY', p .. 'counters', what, number) end
local minute = p .. 'minute:' .. math.floor(now / 60000)
for need, number in pairs(rates) do
  if redis.call('HINCRBY', minute, need, number) == number then redis.call('EXPIRE', minute, 7200) end
end
tell()
for channel in pairs(ended) do hint(channel, tostring(#gone)) end
return answer
