-- schema_upgrade.lua: registers an additive schema version and moves the documents to it.
--
--   aerodb rehearse scripts/schema_upgrade.lua DEFINITION.json [BATCH]
--   aerodb run --rehearsed ID scripts/schema_upgrade.lua DEFINITION.json [BATCH]
--
-- DEFINITION.json is what `aerodb schema apply` takes: a version after the newest one, which may
-- add optional fields and indexes and nothing else; anything else is refused with the list
-- of differences before a document is touched. Then every document of the version before is
-- written under the new one, unchanged, in batches of BATCH (500) that are steps, and it is proved that
-- none is lost and that the new indexes find them. A document that is in the new version
-- already is left alone, so the upgrade can be run again, and resumed after a failure.

local path = arg[1] or error("usage: schema_upgrade.lua DEFINITION.json [BATCH]", 0)
local batch_size = tonumber(arg[2] or 500)
local file, why = io.open(path)
local definition = json.decode((file or error(why, 0)):read("*a"))
local id, version = definition.schema_id, definition.schema_version

-- The version before, and how many documents it has, as they were before anything changed.
local old = step("look", function()
  local newest
  for _, s in ipairs(db.schemas()) do
    if s.schema_id == id and s.schema_version ~= version then newest = s.schema_version end
  end
  if not newest then error(("%s has no version to upgrade from"):format(id), 0) end
  local ok, new = pcall(db.collection, id, version)
  return {version = newest, documents = db.collection(id, newest):count(), moved_before = ok and new:count() or 0}
end)
print(("%s: %s documents of %s go to %s"):format(id, format.number(old.documents), old.version, version))
if old.documents > 0 then confirm(("Move %d documents of %s from %s to %s"):format(old.documents, id, old.version, version)) end

step("register", function() return db.define_schema(definition) end)

local from, to = db.collection(id, old.version), db.collection(id, version)
local after, batch, moved = nil, 0, 0
-- A batch that failed half-way finds fewer documents when it is run again, so only an
-- empty one is the end.
repeat
  batch = batch + 1
  local done = step(("move batch %d"):format(batch), function()
    local last, n = nil, 0
    for doc in from:each{after = after, limit = batch_size} do
      to:replace(doc)
      last, n = doc._id, n + 1
    end
    return {last = last, documents = n}
  end)
  after, moved = done.last, moved + done.documents
until done.documents == 0

step("prove", function()
  assert(from:count() == 0, "documents are left in the version before")
  assert(to:count() == old.moved_before + old.documents, "the number of documents changed")
  for _, field in ipairs(definition.indexes or {}) do
    to:find{sort = field, limit = 1} -- refused if the index were not there
  end
end)
print(("moved %s documents in %d batches; %s has %s, %s has none"):format(
  format.number(moved), batch - 1, version, format.number(to:count()), old.version))
