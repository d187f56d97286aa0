-- What .ci/shell-speed measures with: make N DIR writes N documents as JSON Lines, as a CSV
-- for sqlite3, the _ids of 200,000 point gets, and the selects of the same for sqlite3;
-- gets FILE is the loop of point gets.
local what = arg[1]
math.randomseed(7)

local function id(i) return string.format("u%010d", i) end

local function make(n, dir)
  local docs, csv = assert(io.open(dir .. "/users.jsonl", "w")), assert(io.open(dir .. "/users.csv", "w"))
  docs:setvbuf("full", 2 ^ 20)
  csv:setvbuf("full", 2 ^ 20)
  local tags = {"alpha", "beta", "gamma", "delta", "epsilon", "zeta"}
  for i = 0, n - 1 do
    local text = string.format('{"_id":"%s","age":%d,"city":"city-%03d","created_at":"2026-%02d-%02dT10:%02d:00Z","email":"ada.meier%d@example.com","name":"Ada Meier","score":%d.5,"tags":["%s","%s","%s"]}',
      id(i), math.random(18, 97), math.random(0, 199), math.random(12), math.random(28), math.random(0, 59), i, math.random(1000),
      tags[math.random(6)], tags[math.random(6)], tags[math.random(6)])
    docs:write(text, "\n")
    csv:write(id(i), ',"', (text:gsub('"', '""')), '"\n')
  end
  docs:flush()
  csv:flush()
  docs:close()
  csv:close()
  local ids, selects = assert(io.open(dir .. "/ids.txt", "w")), assert(io.open(dir .. "/gets.sql", "w"))
  ids:setvbuf("full", 2 ^ 20)
  selects:setvbuf("full", 2 ^ 20)
  for _ = 1, 200000 do
    local wanted = id(math.random(0, n - 1))
    ids:write(wanted, "\n")
    selects:write("select doc from users where id='", wanted, "';\n")
  end
  ids:flush()
  selects:flush()
  ids:close()
  selects:close()
end

local function gets(file)
  local users, sum = db.users, 0
  for wanted in io.lines(file) do sum = sum + users:get(wanted).age end
  assert(sum > 0)
end

if what == "make" then make(tonumber(arg[2]), arg[3]) else gets(arg[2]) end
