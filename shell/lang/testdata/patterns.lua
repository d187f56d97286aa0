-- Writes patterns.txt: random patterns, and what Lua 5.1 makes of them.
--   lua5.1 patterns.lua > patterns.txt
-- A line is function, subject, pattern, replacement or start, results; all but the
-- first as hexadecimal digits.

local seed = 20260204
local function random(n) -- a generator of its own, so that every machine writes the same
  seed = (seed * 16807) % 2147483647
  return seed % n + 1
end

local tokens = {
  "a", "b", "c", "1", ".", "%a", "%d", "%s", "%w", "%p", "%A", "%S", "%l", "%u", "%x", "%c", "%z", "%W",
  "[ab]", "[^a]", "[a-c]", "[%d_]", "[]]", "[^]a]", "[a-]", "[-a]", "[%]a]", "[%a-z]", "[^%s]", "[c-a]", "[.]",
  "(", ")", "()", "(a)", "(.-)", "(%w+)", "(", ")", "%1", "%2", "%0",
  "*", "+", "-", "?", "*", "+", "-", "?", "^", "$", "%b()", "%bab", "%b", "%f[%w]", "%f[^%w]", "%fa",
  "%%", "%.", "%-", "[", "]", "%", " ", "!",
}
local letters = { "a", "b", "c", "A", "1", "2", " ", "(", ")", "]", "-", ".", "%", "_", "\0", "\n", "^", "$", "\200" }
local templates = { "", "x", "%0", "%1", "%2", "<%1%0>", "%%", "%x", "a%" }

local function hex(s) return (s:gsub(".", function(c) return ("%02x"):format(c:byte()) end)) end

local function text(n, from)
  local t = {}
  for i = 1, random(n) - 1 do t[i] = from[random(#from)] end
  return table.concat(t)
end

local function show(ok, ...)
  if not ok then return "error: " .. (tostring((...)):gsub("^[^:]*:%d+: ", "")) end
  local t = {}
  for i = 1, select("#", ...) do t[i] = type((select(i, ...))) .. " " .. tostring((select(i, ...))) end
  return table.concat(t, "|")
end

local function all(subject, pattern)
  local t = {}
  for x, y in subject:gmatch(pattern) do t[#t + 1] = tostring(x) .. "," .. tostring(y) end
  return table.concat(t, ";")
end

for _ = 1, 2500 do
  local name = ({ "find", "match", "gmatch", "gsub", "gsubt", "gsubf" })[random(6)]
  local subject, pattern, extra, result = text(12, letters), text(6, tokens), "", nil
  if name == "gmatch" then
    result = show(pcall(all, subject, pattern))
  elseif name == "gsub" then
    extra = templates[random(#templates)]
    result = show(pcall(string.gsub, subject, pattern, extra))
  elseif name == "gsubt" then
    result = show(pcall(string.gsub, subject, pattern, { a = "X", b = 1, c = false, [1] = "P" }))
  elseif name == "gsubf" then
    result = show(pcall(string.gsub, subject, pattern, function(x, y) return x ~= "b" and tostring(x) .. ":" .. tostring(y) end))
  else
    extra = tostring(random(16) - 6)
    result = show(pcall(string[name], subject, pattern, tonumber(extra)))
  end
  print(name, hex(subject), hex(pattern), hex(extra), hex(result))
end
