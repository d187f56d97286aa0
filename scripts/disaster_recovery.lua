-- disaster_recovery.lua: finds the newest backup that restores, and restores it.
--
--   aerodb run --scratch scripts/disaster_recovery.lua find FOLDER
--   aerodb run scripts/disaster_recovery.lua restore FOLDER
--
-- Goes through the backups of FOLDER (*.tar whose name holds a UTC time) from the newest to the
-- oldest, checks each to its last byte and restores it in a scratch directory. The first one that
-- comes out whole is the one to use.
--
-- find only says which it is, and the command that restores it. It needs no database: with
-- --scratch it works also when the database does not open any more. restore makes it the
-- database, after a yes; the database before is kept until it is dropped, and the last lines
-- say how to go back. Before either: stop what writes, and keep a copy of the damaged directory.

local action, folder = arg[1], arg[2]
if not folder or (action ~= "find" and action ~= "restore") then
  error("usage: disaster_recovery.lua find|restore FOLDER", 0)
end

local function stamp(name) return name:match("%d%d%d%d%d%d%d%dT%d%d%d%d%d%dZ") end

local function find()
  local backups, bad = {}, json.array{}
  for _, f in ipairs(files.list(folder)) do
    if not f.folder and f.name:match("%.tar$") and stamp(f.name) then backups[#backups + 1] = f end
  end
  table.sort(backups, function(a, b) return stamp(a.name) > stamp(b.name) end)
  for _, f in ipairs(backups) do
    local path = folder .. "/" .. f.name
    local ok, drill = pcall(storage.drill, {input = path})
    if ok and drill.ok then
      return {path = path, bytes = f.bytes, documents = drill.documents, sequence = drill.sequence, digest = drill.digest, bad = bad}
    end
    bad[#bad + 1] = f.name .. ": " .. (ok and #drill.problems .. " problems" or tostring(drill))
  end
  error(("none of the %d backups in %s restores"):format(#backups, folder), 0)
end

local best = step("find", find)
for _, line in ipairs(best.bad) do print("NOT SOUND  " .. line) end
print(("newest sound backup  %s, %s"):format(best.path, format.size(best.bytes)))
print(("holds                %s documents, sequence %s"):format(format.number(best.documents), tostring(best.sequence)))
print(("digest               %s"):format(best.digest))
if action == "find" then
  print("to restore it: aerodb restore --input " .. best.path)
  return
end

local live = storage.stats()
if live.digest == best.digest then
  print("the database has that digest already: there is nothing to restore")
  return
end
confirm(("Replace the database (%d documents, sequence %s) by this backup"):format(live.document_count, tostring(live.wal_sequence)))

step("restore", function() return storage.restore{input = best.path} end)
step("prove", function()
  local v = storage.verify()
  assert(v.ok and v.digest == best.digest, "the restored database is not the backup")
end)
print(("restored and verified: %s documents"):format(format.number(storage.stats().document_count)))
print("to bring the database before back:  aerodb restore --undo")
print("to free its space:                  aerodb restore --drop-previous")
