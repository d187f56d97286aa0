-- health_check.lua: one line for CI and cron, and an exit code.
--
--   aerodb --read-only run scripts/health_check.lua [NAME=VALUE...]
--
--   wal=80            the WAL may be filled to that many percent
--   recovery_ms=2000  the last open may have taken that long
--   segments=12       that many segments are fine; more ask for a compaction
--   documents=1       at least that many documents
--   backups=FOLDER    the newest nightly backup of FOLDER is sound and holds at least
--   missing=10000     all but that many of the last writes
--   verify=yes        reads and checks every byte as well
--
-- Prints "ok: ..." and exits with 0, or "FAILED: ..." with every reason and exits with 1. With
-- --read-only it changes not one byte. A database that does not open is told by aerodb
-- itself: exit 3 if another process has it open, 4 if it is damaged.

local options = {wal = 80, recovery_ms = 2000, segments = 12, documents = 0, backups = "", missing = 10000, verify = "no"}
for _, word in ipairs(arg) do
  local name, value = word:match("^([%w_]+)=(.*)$")
  local default = name and options[name]
  if default == nil then error(("there is no option %q; see the head of this script"):format(word), 0) end
  if type(default) == "number" then value = tonumber(value) or error(word .. ": a number is wanted", 0) end
  options[name] = value
end

local s, found = storage.stats(), {}
local function check(ok, text, ...)
  if not ok then found[#found + 1] = text:format(...) end
end

local wal = 100 * s.wal_size_bytes / s.wal_limit_bytes
check(wal <= options.wal, "the WAL is filled to %.0f %% of %s", wal, format.size(s.wal_limit_bytes))
check(s.recovery_duration_ms <= options.recovery_ms, "the open took %s", format.duration(s.recovery_duration_ms))
check(s.segment_count <= options.segments, "segments: %d, more than %d", s.segment_count, options.segments)
check(s.document_count >= options.documents, "documents: %d, fewer than %d", s.document_count, options.documents)

if options.backups ~= "" then
  local newest
  local ok, list = pcall(files.list, options.backups)
  for _, f in ipairs(ok and list or {}) do
    if f.name:match("^nightly%-%d+T%d+Z%.tar$") then newest = f.name end -- ordered by name, so by time
  end
  if not newest then
    check(false, "there is no nightly backup in %s", options.backups)
  else
    local ok, b = pcall(storage.inspect_backup, options.backups .. "/" .. newest)
    check(ok, "the backup %s: %s", newest, tostring(b))
    if ok then
      check(s.wal_sequence - b.sequence <= options.missing, "the backup %s lacks the last %d writes", newest, s.wal_sequence - b.sequence)
    end
  end
end

if options.verify == "yes" then
  local v = storage.verify()
  check(v.ok, "verify found %d problems; the first: %s", #v.problems, v.ok and "" or v.problems[1].message)
end

if #found > 0 then
  print("FAILED: " .. table.concat(found, "; "))
  os.exit(1)
end
print(("ok: %s documents, %s on disk, WAL %.0f %%, digest %s"):format(
  format.number(s.document_count), format.size(s.storage_size_bytes), wal, s.digest:sub(1, 16)))
