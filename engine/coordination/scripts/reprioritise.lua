-- Per task: id, priority. Answers 1 per task that still waits and 0 per other one.
local ids, priorities = {}, {}
for i = 2, #ARGV, 2 do
  ids[#ids + 1] = ARGV[i]
  priorities[#priorities + 1] = tonumber(ARGV[i + 1])
end
local metas, held = read_many(p .. 'tasks', ids), read_many(p .. 'held', ids)
local answer, words, by, moved = {}, {}, {}, 0
for i, id in ipairs(ids) do
  local waits = metas[i] and not held[i]
  if waits then
    local m = meta_of(metas[i])
    m.priority = priorities[i]
    words[#words + 1] = id
    words[#words + 1] = meta_text(m)
    by[m.need] = by[m.need] or {}
    table.insert(by[m.need], m.priority * 1e13 + m.arrival)
    table.insert(by[m.need], id)
    moved = moved + 1
  end
  answer[i] = waits and 1 or 0
end
many('HSET', p .. 'tasks', words)
-- What is delayed is in no queue, and stays out of it.
for need, scores in pairs(by) do redis.call('ZADD', p .. 'queue:' .. need, 'XX', unpack(scores)) end
if moved > 0 then
  record('moved ' .. moved)
  hint('updated', tostring(moved))
end
return answer
