-- tour.lua: AeroDB in one runbook, on a week of real earthquakes.
--
--   go run ./cmd/aerodb run --scratch scripts/tour.lua
--
-- --scratch gives it a fresh temporary database and removes it at the end. The data
-- lies beside this script: USGS earthquakes of 31 January to 7 February 2018, in the
-- public domain, one document a line.

local folder = arg[0]:match("^(.*)/[^/]*$") or "."
local data = folder .. "/data/earthquakes.jsonl"

local function title(n, text)
  print(("\n%d. %s\n%s"):format(n, text, ("-"):rep(#text + 3)))
end

local function utc(ms) return os.date("!%Y-%m-%d %H:%M", math.floor(ms / 1000)) end

local function list(quakes)
  for _, q in ipairs(quakes) do
    print(("   %4.1f  %s  %5.0f km deep  %s"):format(q.mag, utc(q.time), q.depth_km, q.place))
  end
end

-- Says how the database will answer before it answers.
local function ask(quakes, question, query)
  local plan = quakes:explain(query)
  print("\n   " .. question)
  print(("   index %s, %s: %s; order: %s"):format(plan.chosen_index, plan.scan_type, plan.bounds, plan.sort_by))
  for _, rest in ipairs(plan.predicates) do print("   then tested on each: " .. rest) end
  local found = quakes:find(query)
  list(found)
  return found
end

title(1, "A schema")
local required = function(t) return {type = t, required = true} end
db.define_schema{
  schema_id = "earthquake", schema_version = "v1",
  fields = {
    _id = required "string", place = required "string", net = required "string",
    type = required "string", status = required "string", magType = required "string",
    mag = required "float", depth_km = required "float",
    time = required "int", updated = required "int", tz = required "int",
    sig = required "int", tsunami = required "int",
    location = {type = "object", required = true, fields = {lat = required "float", lon = required "float"}},
    types = {type = "array", required = true, items = "string"},
    -- What not every report has.
    nst = "int", felt = "int", gap = "float", rms = "float", dmin = "float",
    cdi = "float", mmi = "float", alert = "string",
  },
  indexes = {"mag", "net", "time"},
}
print("   earthquake v1: 23 fields, indexes on mag, net and time beside _id")

title(2, "A week of real data")
local quakes = db.earthquake
local loaded = quakes:import(data)
print(("   %d earthquakes in %.0f ms, %d durable batches"):format(loaded.documents, loaded.duration_ms, loaded.batches))
local before = storage.digest()
print("   digest " .. before)

title(3, "What an analyst asks")
ask(quakes, "The five strongest of the week", {sort = "-mag", limit = 5})

local day = 24 * 3600 * 1000
local sunday = 1517702400000 -- 4 February 2018, 00:00 UTC
ask(quakes, "Above 4.5 on Sunday 4 February, as they came", {
  filter = {time = {["$gte"] = sunday, ["$lt"] = sunday + day}, mag = {["$gt"] = 4.5}},
  sort = "time", limit = 20,
})
ask(quakes, "The three latest that the Hawaiian network (hv) reported", {
  filter = {net = "hv"}, sort = "-time", limit = 3,
})

print("\n   By network (every document, in the order of _id)")
local networks, count = {}, {}
for q in quakes:each() do
  if not count[q.net] then
    count[q.net] = 0
    table.insert(networks, q.net)
  end
  count[q.net] = count[q.net] + 1
end
table.sort(networks, function(a, b) return count[a] > count[b] end)
for _, net in ipairs(networks) do
  print(("   %-3s %4d  %s"):format(net, count[net], ("#"):rep(math.ceil(count[net] / 10))))
end

title(4, "What it refuses")
local ok, err = pcall(quakes.find, quakes, {filter = {depth_km = 10}, limit = 5})
print(("   a filter without an index:  %s\n     hint: %s"):format(err.code, err.hint))
ok, err = pcall(quakes.insert, quakes, {_id = "x1", mag = "strong"})
print(("   a magnitude in words:       %s\n     %s"):format(err.code, err.message))
assert(not ok and storage.digest() == before)

title(5, "A checkpoint")
local c = storage.checkpoint()
print(("   %d documents to a segment of %d bytes; the log went from %d to %d bytes; %.0f ms"):format(
  c.documents_flushed, c.bytes_written, c.wal_bytes_before, c.wal_bytes_after, c.duration_ms))
print("   snapshot " .. c.snapshot.path)

title(6, "Closed and opened again")
local r = storage.reopen()
print(("   opened in %.1f ms; %d log records to replay"):format(r.recovery_duration_ms, r.recovery_wal_records))
local s = storage.stats()
print(("   %d documents, %d segment, %d bytes, %d of them indexes"):format(
  s.document_count, s.segment_count, s.storage_size_bytes, s.index_size_bytes))
local after = storage.digest()
print("   digest " .. after)
assert(after == before, "the digest changed")
print("\nThe digest is the same: every document is as it was. That was the tour.")
