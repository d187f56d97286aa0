-- Which of many backups or snapshots to keep. Pure functions: nothing is removed here, and
-- no clock is read, so the same items give the same answer.

local host = ...
local M = {}

-- The time of an item as a sortable text, "20260204T113000Z": from created_at, RFC 3339 in
-- UTC, or from a name that holds such a stamp.
local function stamp(item)
  local text = type(item) == "table" and (item.created_at or item.name or item.id) or item
  if type(text) ~= "string" then
    host.raise("AERO_SCRIPT_ERROR", "retention: an item is a name, or a table with created_at or name", "")
  end
  local y, m, d, h, min, s = text:match("(%d%d%d%d)%-(%d%d)%-(%d%d)T(%d%d):(%d%d):(%d%d)%.?%d*Z")
  if y then return y .. m .. d .. "T" .. h .. min .. s .. "Z" end
  local found = text:match("%d%d%d%d%d%d%d%dT%d%d%d%d%d%dZ")
  if not found then
    host.raise("AERO_SCRIPT_ERROR", ("retention: %q holds no time"):format(text),
      "a name holds a UTC time like 20260204T113000Z; a table has created_at like 2026-02-04T11:30:00Z")
  end
  return found
end

-- Days since 1 March of year 0, so that weeks can be counted.
local function day_number(t)
  local y, m, d = tonumber(t:sub(1, 4)), tonumber(t:sub(5, 6)), tonumber(t:sub(7, 8))
  if m <= 2 then y, m = y - 1, m + 12 end
  return 365 * y + math.floor(y / 4) - math.floor(y / 100) + math.floor(y / 400) + math.floor((153 * (m - 3) + 2) / 5) + d - 1
end

-- The rules, in the order in which reasons are given, and what makes two times the same.
local periods = {
  {"daily", function(t) return t:sub(1, 8) end},
  {"weekly", function(t) return math.floor((day_number(t) + 2) / 7) end}, -- from Monday on
  {"monthly", function(t) return t:sub(1, 6) end},
  {"yearly", function(t) return t:sub(1, 4) end},
}

function M.plan(items, rules)
  local any = false
  for name, n in pairs(rules) do
    if n < 0 then host.raise("AERO_SCRIPT_ERROR", ("retention.plan: %s must not be negative"):format(name), "") end
    any = any or n > 0
  end
  if not any then
    host.raise("AERO_SCRIPT_ERROR", "retention.plan: no rule keeps anything", "give one: {newest = 7, daily = 14, weekly = 8, monthly = 12, yearly = 5}")
  end
  local sorted = {}
  for i, item in ipairs(items) do sorted[i] = {item = item, at = stamp(item), n = i, reasons = {}} end
  table.sort(sorted, function(a, b)
    if a.at ~= b.at then return a.at > b.at end
    return a.n > b.n
  end)
  local function keep(e, why) e.reasons[#e.reasons + 1] = why end
  for i = 1, math.min(rules.newest or 0, #sorted) do keep(sorted[i], "newest " .. i) end
  for _, period in ipairs(periods) do
    local name, of = period[1], period[2]
    local last, count = nil, 0
    for _, e in ipairs(sorted) do
      local this = of(e.at)
      if this ~= last and count < (rules[name] or 0) then
        count = count + 1
        keep(e, name .. " " .. count)
      end
      last = this
    end
  end
  local plan = {keep = json.array{}, remove = json.array{}, reasons = json.array{}}
  for i = #sorted, 1, -1 do -- oldest first
    local e = sorted[i]
    if #e.reasons > 0 then
      table.insert(plan.keep, e.item)
      table.insert(plan.reasons, table.concat(e.reasons, ", "))
    else
      table.insert(plan.remove, e.item)
    end
  end
  return plan
end

return M
