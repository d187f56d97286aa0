-- Checks, and calls that are tried again.

local host = ...
local M = {}

local comparisons = {
  ["$lt"] = function(a, b) return a < b end,
  ["$lte"] = function(a, b) return a <= b end,
  ["$gt"] = function(a, b) return a > b end,
  ["$gte"] = function(a, b) return a >= b end,
}

-- The value that a path such as collections.users.documents leads to.
local function at(stats, path)
  local v = stats
  for name in path:gmatch("[^.]+") do
    if type(v) ~= "table" then return nil end
    v = v[name]
  end
  return v
end

local function show(v) return type(v) == "string" and ("%q"):format(v) or tostring(v) end

-- What is wrong with a value; nil if nothing is.
local function wrong(name, value, want)
  if type(want) ~= "table" then
    if value ~= want then return ("%s is %s, wanted %s"):format(name, show(value), show(want)) end
    return nil
  end
  local operators = {}
  for operator in pairs(want) do operators[#operators + 1] = tostring(operator) end
  table.sort(operators)
  for _, operator in ipairs(operators) do
    local holds = comparisons[operator]
    if not holds then
      host.raise("AERO_SCRIPT_ERROR", ("assert_stats: %s has the bound %q"):format(name, operator), "bounds are $lt, $lte, $gt and $gte")
    end
    if type(value) ~= type(want[operator]) and not (tonumber(tostring(value)) and tonumber(tostring(want[operator]))) then
      return ("%s is %s, wanted %s %s"):format(name, show(value), operator, show(want[operator]))
    end
    if not holds(value, want[operator]) then
      return ("%s is %s, wanted %s %s"):format(name, show(value), operator, show(want[operator]))
    end
  end
end

function M.assert_stats(expected)
  local stats, names, found = storage.stats(), {}, {}
  for name in pairs(expected) do names[#names + 1] = tostring(name) end
  table.sort(names)
  for _, name in ipairs(names) do
    local problem = wrong(name, at(stats, name), expected[name])
    if problem then found[#found + 1] = problem end
  end
  if #found > 0 then
    host.raise("AERO_SCRIPT_ERROR", "assert_stats: " .. table.concat(found, "; "), "storage.stats() shows all of them")
  end
  return stats
end

-- What may pass by itself, or once its cause is mended, and has changed nothing.
local transient = {
  AERO_DATABASE_LOCKED = true, AERO_STORAGE_NO_SPACE = true, AERO_WAL_APPEND_FAILED = true,
  AERO_CHECKPOINT_FAILED = true, AERO_SNAPSHOT_FAILED = true, AERO_BACKUP_FAILED = true,
}

function M.retry(fn, options)
  options = options or {}
  local attempts, codes = options.attempts or 3, transient
  if attempts < 1 then host.raise("AERO_SCRIPT_ERROR", "retry: attempts must be at least 1", "") end
  if options.codes then
    codes = {}
    for _, code in ipairs(options.codes) do codes[code] = true end
  end
  for attempt = 1, attempts do
    local ok, result = pcall(fn, attempt)
    if ok then return result end
    local retriable = type(result) == "table" and codes[result.code]
    if not retriable or attempt == attempts then
      if type(result) == "table" and type(result.details) == "table" then result.details.attempts = attempt end
      error(result, 0)
    end
    if options.on_retry then options.on_retry(result, attempt) end
    if options.pause_ms then host.sleep(options.pause_ms) end
  end
end

return M
