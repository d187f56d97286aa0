-- weekly_maintenance.lua: read everything, write it anew without what is dead, read it again.
--
--   aerodb run scripts/weekly_maintenance.lua [SNAPSHOTS]
--
-- Verifies the database, compacts it, keeps the newest SNAPSHOTS snapshots (2), verifies it
-- again, and proves by the digest that no document changed. Damage that the first verify finds
-- stops it before anything is written: keep a copy of the directory and restore from a
-- backup. Compaction needs free space for the live data once more.
--
-- From cron:  41 4 * * 0  cd /srv/aerodb && aerodb --quiet run scripts/weekly_maintenance.lua
-- It exits with 0 if all is well and prints what it did. If it fails: aerodb run --resume RUN_ID.

local keep = tonumber(arg[1] or 2) or error("usage: weekly_maintenance.lua [SNAPSHOTS]", 0)

local function verify()
  local v = storage.verify()
  for _, p in ipairs(v.problems) do
    io.stderr:write(("%s at %s: %s: %s\n"):format(p.file, tostring(p.offset), p.code, p.message))
  end
  if not v.ok then error(("verify found %d problems; the first: %s"):format(#v.problems, v.problems[1].message), 0) end
  return {files = v.files, bytes = v.bytes, documents = v.documents, digest = v.digest, ms = v.duration_ms}
end

local before = step("verify before", verify)
local compact = step("compact", function() return storage.compact() end)

local freed = step("snapshots", function()
  local plan, bytes = retention.plan(storage.snapshots(), {newest = keep}), 0
  for _, s in ipairs(plan.remove) do bytes = bytes + storage.remove_snapshot(s.id).freed_bytes end
  return {removed = #plan.remove, bytes = bytes}
end)

local after = step("verify after", verify)
assert(after.digest == before.digest and after.documents == before.documents, "the maintenance changed a document")

print(("verified   %s documents, %s in %d files, %s"):format(format.number(before.documents), format.size(before.bytes), before.files, format.duration(before.ms)))
print(("compacted  %s -> %s in %s"):format(format.size(compact.bytes_before), format.size(compact.bytes_after), format.duration(compact.duration_ms)))
print(("snapshots  %d removed, %s freed"):format(freed.removed, format.size(freed.bytes)))
print(("verified   %s documents, %s in %d files, %s"):format(format.number(after.documents), format.size(after.bytes), after.files, format.duration(after.ms)))
print("digest     " .. after.digest .. ", as before")
