-- Reports in Markdown.

local host = ...
local M, Report = {}, {}
Report.__index = Report

local function escape(text) return (tostring(text):gsub("|", "\\|"):gsub("[\r\n]+", " ")) end

function M.new(title)
  return setmetatable({lines = {"# " .. escape(title), ""}}, Report)
end

local function add(self, ...)
  for _, line in ipairs{...} do table.insert(self.lines, line) end
  table.insert(self.lines, "")
  return self
end

function Report:section(title) return add(self, "## " .. escape(title)) end

function Report:text(text) return add(self, (tostring(text):gsub("%s+$", ""))) end

function Report:list(items)
  local lines = {}
  for i, item in ipairs(items) do lines[i] = "- " .. escape(item) end
  if #lines == 0 then lines[1] = "(none)" end
  return add(self, unpack(lines))
end

function Report:table(rows, columns)
  local cells, names, numeric = host.module("format").cells(rows, columns)
  local function line(row)
    local parts = {}
    for j, text in ipairs(row) do parts[j] = escape(text) end
    return "| " .. table.concat(parts, " | ") .. " |"
  end
  local rule = {}
  for j in ipairs(names) do rule[j] = numeric[j] and "---:" or "---" end
  local lines = {line(names), "| " .. table.concat(rule, " | ") .. " |"}
  for _, row in ipairs(cells) do lines[#lines + 1] = line(row) end
  return add(self, table.concat(lines, "\n"))
end

function Report:markdown() return (table.concat(self.lines, "\n"):gsub("\n+$", "\n")) end
Report.__tostring = Report.markdown

function Report:write(path)
  local f, why = io.open(path, "w")
  local ok = f
  if f then
    ok, why = f:write(self:markdown())
    f:close()
  end
  if not ok then host.raise("AERO_STORAGE_IO_ERROR", tostring(why), "") end
  return path
end

return M
