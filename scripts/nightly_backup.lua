-- nightly_backup.lua: a backup that is proved to restore, and no more of them than needed.
--
--   aerodb run scripts/nightly_backup.lua FOLDER [NEWEST [DAILY [WEEKLY [MONTHLY]]]]
--
-- Writes FOLDER/nightly-<UTC time>.tar, restores it in a scratch directory and compares the
-- digest (a drill), and only then removes old nightly backups of FOLDER: kept are the NEWEST
-- (2), the newest of each of the last DAILY days (7), WEEKLY weeks (5) and MONTHLY months
-- (12). Other files of FOLDER are left alone. The folder is made if it is missing; put it on
-- another disk.
--
-- From cron, as the database's user:
--   17 3 * * *  cd /srv/aerodb && aerodb --quiet run scripts/nightly_backup.lua /backup/aerodb
-- It exits with 0 if all is well, prints a report in Markdown, and changes nothing in the
-- database. If it fails, mend the cause and go on: aerodb run --resume RUN_ID.

local folder = arg[1] or error("usage: nightly_backup.lua FOLDER [NEWEST [DAILY [WEEKLY [MONTHLY]]]]", 0)
local function number(i, default) return tonumber(arg[i] or default) or error("argument " .. i .. " is no number: " .. arg[i], 0) end
local rules = {newest = number(2, 2), daily = number(3, 7), weekly = number(4, 5), monthly = number(5, 12)}

local backup = step("backup", function()
  files.make_folder(folder)
  local name = ("%s/nightly-%s.tar"):format(folder, os.date("!%Y%m%dT%H%M%SZ"))
  return retry(function() return storage.backup{output = name} end)
end)

local drill = step("drill", function()
  local drill = storage.drill{input = backup.path}
  if not drill.ok or drill.digest ~= backup.digest then
    error(("the drill of %s failed: digest %s, %d problems"):format(backup.path, drill.digest, #drill.problems), 0)
  end
  return drill
end)

-- Only now, with one more backup that is known to restore, may older ones go.
local removed = step("retention", function()
  local candidates = {}
  for _, f in ipairs(files.list(folder)) do
    if not f.folder and f.name:match("^nightly%-%d+T%d+Z%.tar$") then candidates[#candidates + 1] = f end
  end
  local plan, gone = retention.plan(candidates, rules), json.array{}
  for _, f in ipairs(plan.remove) do
    assert(os.remove(folder .. "/" .. f.name))
    gone[#gone + 1] = f
  end
  return {gone = gone, kept = #plan.keep}
end)

local r = report.new("Nightly backup")
r:table({
  {what = "backup", value = backup.path},
  {what = "documents", value = format.number(backup.documents)},
  {what = "size", value = format.size(backup.bytes)},
  {what = "digest", value = backup.digest:sub(1, 16) .. "..."},
  {what = "backup took", value = format.duration(backup.duration_ms)},
  {what = "drill", value = ("ok: restored in %s, opened in %s, verified in %s"):format(
    format.duration(drill.restore_ms), format.duration(drill.open_ms), format.duration(drill.verify_ms))},
  {what = "nightly backups kept", value = removed.kept},
}, {"what", "value"})
r:section("Removed")
local names = {}
for i, f in ipairs(removed.gone) do names[i] = ("%s, %s"):format(f.name, format.size(f.bytes)) end
r:list(names)
io.write(r:markdown())
