-- bulk_correction.lua: one wrong value, corrected everywhere.
--
--   aerodb rehearse scripts/bulk_correction.lua COLLECTION FIELD WRONG RIGHT
--   aerodb run --rehearsed ID scripts/bulk_correction.lua COLLECTION FIELD WRONG RIGHT
--
-- Replaces the text WRONG in FIELD, a string field at the top of the newest version of
-- COLLECTION, by RIGHT. Rehearse it first and read which documents would change: the real run
-- is then refused if anything has moved since. It takes a snapshot, asks, corrects in batches
-- that are steps, and proves that no WRONG is left and that no other document changed. A
-- batch that was interrupted can be run again: what is right already is left alone.
-- To take it back afterwards: aerodb diff SNAPSHOT live shows what changed.

local name, field, wrong, right = arg[1], arg[2], arg[3], arg[4]
if not right then error("usage: bulk_correction.lua COLLECTION FIELD WRONG RIGHT", 0) end
if wrong == right then error("WRONG and RIGHT are the same", 0) end
local c = db[name]
local batch_size = 1000

local snapshot = step("snapshot", function() return storage.snapshot().id end)

local found = step("find", function()
  local n = 0
  for doc in c:each() do
    if doc[field] == wrong then n = n + 1 end
  end
  return n
end)
print(("%d of %d documents of %s have %s = %q"):format(found, c:count(), name, field, wrong))
if found == 0 then return end
confirm(("Correct %d documents of %s: %s from %q to %q"):format(found, name, field, wrong, right))

local after, batch = nil, 0
repeat
  batch = batch + 1
  local done = step(("correct batch %d"):format(batch), function()
    local last, corrected = nil, 0
    for doc in c:each{after = after, limit = batch_size} do
      last = doc._id
      if doc[field] == wrong then
        doc[field] = right
        c:replace(doc)
        corrected = corrected + 1
      end
    end
    return {last = last, corrected = corrected}
  end)
  after = done.last
until after == nil

step("prove", function()
  for doc in c:each() do
    if doc[field] == wrong then error(doc._id .. " is still wrong", 0) end
  end
  local d = storage.diff(snapshot, "live").collections[name]
  assert(d and d.changed == found and d.added == 0 and d.removed == 0, "other documents changed too")
end)
print(("corrected %d documents; before: snapshot %s, now: digest %s"):format(found, snapshot, storage.digest():sub(1, 16)))
