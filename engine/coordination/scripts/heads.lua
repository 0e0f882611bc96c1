-- What claim takes; it takes nothing. Answers a status, the ms until something may be had (-1: nobody knows), then the
-- priorities of the tasks that a claim would be given now, in their order.
local priorities = {}
for i, entry in ipairs(best()) do priorities[i] = math.floor(entry[1] / 1e13) end
return {'ok', wait, unpack(priorities)}
