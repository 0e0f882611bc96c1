-- ids. Forgets the tasks and tells the agents that work on them. Answers how many were known.
local ids = {}
for i = 2, #ARGV do ids[#ids + 1] = ARGV[i] end
local metas, held = read_many(p .. 'tasks', ids), read_many(p .. 'held', ids)
local known, running, by = {}, {}, {}
for i, id in ipairs(ids) do
  if metas[i] then
    known[#known + 1] = id
    if held[i] then
      running[#running + 1] = id
    else
      local need = meta_of(metas[i]).need
      by[need] = by[need] or {}
      table.insert(by[need], id)
    end
  end
end
for need, words in pairs(by) do many('ZREM', p .. 'queue:' .. need, words) end
if #known > 0 then
  many('ZREM', p .. 'delayed', known)
  let_go(known)
  forget(known)
  record('cancelled ' .. table.concat(known, ' ', 1, math.min(50, #known)))
  hint('updated', tostring(#known))
end
for _, id in ipairs(running) do redis.call('PUBLISH', base .. 'control', 'cancel ' .. id) end
return #known
