-- Numbers and tables for people.

local M = {}

local units = {"B", "KiB", "MiB", "GiB", "TiB", "PiB"}

-- An int64 beyond 2^53 as the nearest float: what is shown is rounded anyway.
local function float(n) return type(n) == "number" and n or n:number() end

function M.size(bytes)
  local n, unit = float(bytes), 1
  while math.abs(n) >= 1024 and unit < #units do
    n, unit = n / 1024, unit + 1
  end
  if unit == 1 then return ("%d B"):format(n) end
  return ("%.1f %s"):format(n, units[unit])
end

function M.duration(ms)
  ms = float(ms)
  local s = ms / 1000
  if ms < 10 then return ("%.2f ms"):format(ms) end
  if ms < 1000 then return ("%.0f ms"):format(ms) end
  if s < 60 then return ("%.2f s"):format(s) end
  local whole = math.floor(s)
  local days, hours = math.floor(whole / 86400), math.floor(whole / 3600) % 24
  local minutes, seconds = math.floor(whole / 60) % 60, whole % 60
  if days > 0 then return ("%d d %02d h %02d min"):format(days, hours, minutes) end
  if hours > 0 then return ("%d h %02d min"):format(hours, minutes) end
  return ("%d min %02d s"):format(minutes, seconds)
end

function M.number(n)
  local text = type(n) == "number" and n % 1 ~= 0 and ("%.2f"):format(n) or tostring(n)
  local sign, digits, rest = text:match("^(-?)(%d+)(.*)$")
  if not digits then return text end
  digits = digits:reverse():gsub("(%d%d%d)", "%1 "):reverse():gsub("^ ", "")
  return sign .. digits .. rest
end

-- The columns of rows that are tables by name, sorted, unless they are given.
local function columns_of(rows, columns)
  if columns then return columns end
  local seen, names = {}, {}
  for _, row in ipairs(rows) do
    for name in pairs(row) do
      if not seen[name] then
        seen[name] = true
        names[#names + 1] = name
      end
    end
  end
  table.sort(names, function(a, b) return tostring(a) < tostring(b) end)
  return names
end

local function length(text) -- of UTF-8, in characters
  local _, n = text:gsub("[^\128-\191]", "")
  return n
end

-- The cells of a table as text, and which columns are numbers.
function M.cells(rows, columns)
  columns = columns_of(rows, columns)
  local out, numeric = {}, {}
  for j in ipairs(columns) do numeric[j] = #rows > 0 end
  for i, row in ipairs(rows) do
    out[i] = {}
    for j, name in ipairs(columns) do
      local v = row[name]
      if v == nil and #row > 0 then v = row[j] end
      if v ~= nil and not tonumber(tostring(v)) then numeric[j] = false end
      out[i][j] = v == nil and "" or tostring(v)
    end
  end
  return out, columns, numeric
end

function M.table(rows, columns)
  local cells, names, numeric = M.cells(rows, columns)
  local width, lines = {}, {}
  for j, name in ipairs(names) do
    width[j] = length(tostring(name))
    for _, row in ipairs(cells) do width[j] = math.max(width[j], length(row[j])) end
  end
  local function line(row)
    local parts = {}
    for j, text in ipairs(row) do
      local gap = (" "):rep(width[j] - length(text))
      parts[j] = numeric[j] and gap .. text or text .. gap
    end
    return (table.concat(parts, "  "):gsub("%s+$", ""))
  end
  local head, rule = {}, {}
  for j, name in ipairs(names) do
    head[j] = tostring(name)
    rule[j] = ("-"):rep(width[j])
  end
  lines[1], lines[2] = line(head), table.concat(rule, "  ")
  for _, row in ipairs(cells) do lines[#lines + 1] = line(row) end
  return table.concat(lines, "\n")
end

return M
