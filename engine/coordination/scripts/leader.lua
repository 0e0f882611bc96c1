-- what (acquire, take, renew, release), owner, term in ms, least epoch, record.
-- Answers the epoch while the owner leads after this call, else 0; then the record and the epoch of whoever leads.
local key = p .. 'leader'
local f = redis.call('HMGET', key, 'owner', 'epoch', 'record')
if ARGV[2] == 'take' or (ARGV[2] == 'acquire' and not f[1]) then
  local epoch = math.max(tonumber(redis.call('GET', p .. 'epoch') or '0'), tonumber(ARGV[5])) + 1
  redis.call('SET', p .. 'epoch', epoch)
  redis.call('HSET', key, 'owner', ARGV[3], 'epoch', epoch, 'record', ARGV[6])
  redis.call('PEXPIRE', key, ARGV[4])
  return {epoch, ARGV[6], epoch}
end
if f[1] ~= ARGV[3] then return {0, f[3] or '', tonumber(f[2] or '0')} end
if ARGV[2] == 'release' then
  redis.call('DEL', key)
  return {0, '', 0}
end
redis.call('PEXPIRE', key, ARGV[4])
return {tonumber(f[2]), f[3], tonumber(f[2])}
