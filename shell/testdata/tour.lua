#!/usr/bin/env aerodb run
-- Everything a runbook does, once.
local dir, second = arg[1], arg[2]
print("arguments", #arg, second, arg[0])

local created = db.define_schema{
  schema_id = "ships", schema_version = "v1",
  fields = {
    _id = {type = "string", required = true},
    name = {type = "string", required = true},
    length = "float",
    imo = "int",
    ports = {type = "array", items = "string"},
    position = {type = "object", fields = {lat = {type = "float", required = true}, lon = {type = "float", required = true}}},
  },
  indexes = {"imo", "length"},
}
print("created", created.created, db.define_schema(db.schema("ships", "v1")).created)

local ships = db.collection("ships", "v1")
print(ships, ships:count())
ships:insert{_id = "s1", name = "Aurora", length = 120.5, imo = 9007199254740993, ports = {}, position = {lat = 1, lon = -2.5}}
print(ships:insert_many{
  {_id = "s2", name = "Boreas", length = 80, imo = 7},
  {_id = "s3", name = "Calypso", length = 2^60, imo = 8, ports = {"Genoa", "Split"}},
})

local aurora = ships:get("s1")
print(aurora)
print(aurora.imo + 1, aurora.imo > 7, type(aurora.ports), #aurora.ports)
aurora.imo = aurora.imo + 1
ships:replace(aurora)
print(ships:get("s1").imo, ships:get("nobody"))
print(json.encode(ships:get("s3")))

for _, ship in ipairs(db.ships:find{filter = {imo = {["$gte"] = 8}}, sort = "-imo", limit = 10}) do print(ship._id, ship.imo) end
local plan = ships:explain{filter = {imo = {["$gte"] = 8}}, sort = "-imo", limit = 10}
print(plan.chosen_index, plan.scan_type, plan.sort_by)
for ship in ships:each{after = "s1", limit = 5} do io.write(ship._id, " ") end
print()

print(ships:delete("s2"), ships:delete("s2"), ships:count())

local before = storage.digest()
local exported = ships:export(dir .. "/ships.jsonl")
print("exported", exported.documents, exported.bytes, exported.path)
for line in io.lines(dir .. "/ships.jsonl") do print(line) end

local cp = storage.checkpoint()
print("checkpoint", cp.documents_flushed, cp.snapshot.documents, cp.snapshot.digest == before)
print("again", storage.snapshot().created, #storage.snapshots())

local handle, report = db.ships, storage.reopen()
print("reopen", report.sealed, report.recovery_torn_bytes, report.digest == before, handle:count())

local stats = storage.stats()
print("stats", stats.document_count, stats.schema_count, stats.collections.ships.documents, stats.collections.ships.digest == stats.collections.ships.digest)

db.define_schema{schema_id = "copy", schema_version = "v1", fields = db.schema("ships").fields}
print("imported", db.copy:import(dir .. "/ships.jsonl").documents, db.copy:get("s1").imo)

print(db.request{op = "query", schema_id = "ships", schema_version = "v1", filter = {imo = 8}, limit = 1})
print(db.request{op = "query", schema_id = "ships", schema_version = "v1", filtre = {imo = 8}, limit = 1})
print(db.request{op = "insert", schema_id = "ships", schema_version = "v1", document = {_id = "s9", name = "N", ports = {}}})
print(json.encode(db.request{op = "delete", schema_id = "ships", schema_version = "v1", _id = "s9"}))

local ok, e = pcall(ships.insert, ships, {_id = "s1", name = "again"})
print(ok, e)
print(e.code, e.severity, e.hint, e.where)
print("joined: " .. e)
local ok, e = pcall(function() ships:insert{_id = "x", name = 5} end)
print(ok, e.code, e.details.field)
