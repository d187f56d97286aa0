-- schema_upgrade.lua: registers an additive schema version, moves all documents to it, and so
-- builds its new indexes.
--
--   aerodb rehearse scripts/schema_upgrade.lua DEFINITION.json
--   aerodb run --rehearsed ID scripts/schema_upgrade.lua DEFINITION.json
--
-- DEFINITION.json is what `aerodb schema apply` takes: a version after the newest one, which may
-- add optional fields and indexes and nothing else; anything else is refused with the list
-- of differences before a document is touched. Then every document of the versions before is
-- moved to the new one, unchanged, in durable batches with progress, and it is proved that none
-- is lost.
--
-- It may be stopped or killed anywhere, and then run again: a document is under the one version
-- or under the other, always with its index entries, and the next run moves the rest. What is
-- replaced takes space until `aerodb compact`.

local path = arg[1] or error("usage: schema_upgrade.lua DEFINITION.json", 0)
local file, why = io.open(path)
local definition = json.decode((file or error(why, 0)):read("*a"))
file:close()
local id, version = definition.schema_id, definition.schema_version

-- The versions before, and how many documents each has, before anything changes.
local before = step("look", function()
  local older, documents, found, here = json.array{}, 0, false, 0
  for _, s in ipairs(db.schemas()) do
    if s.schema_id == id and not found then
      found = s.schema_version == version
      local n = db.collection(id, s.schema_version):count()
      if found then here = n else older[#older + 1], documents = {version = s.schema_version, documents = n}, documents + n end
    end
  end
  if #older == 0 then error(("%s has no version to upgrade from"):format(id), 0) end
  return {older = older, documents = documents, here = here}
end)
local names = {}
for i, from in ipairs(before.older) do names[i] = from.version end
names = table.concat(names, ", ")
print(("%s: %s documents of %s go to %s"):format(id, format.number(before.documents), names, version))
if before.documents > 0 then confirm(("Move %d documents of %s from %s to %s"):format(before.documents, id, names, version)) end

step("register", function() return db.define_schema(definition) end)
local to = db.collection(id, version)

local moved, batches = 0, 0
for _, from in ipairs(before.older) do
  local done = step("move " .. from.version, function() return to:move_from(from.version) end)
  moved, batches = moved + done.documents, batches + done.batches
end

step("prove", function()
  for _, from in ipairs(before.older) do
    assert(db.collection(id, from.version):count() == 0, "documents are left under " .. from.version)
  end
  assert(to:count() == before.here + before.documents, "the number of documents changed")
end)
print(("moved %s documents in %d batches; %s has %s"):format(format.number(moved), batches, version, format.number(to:count())))
