-- The benchmark inside Tarantool: requests from standard input, answers to standard output,
-- a line of JSON each. What is timed is the calls alone: documents and arguments are Lua
-- values before the clock runs.
local clock, fiber, json = require('clock'), require('fiber'), require('json')

box.cfg{wal_mode = 'fsync', memtx_memory = 8 * 2 ^ 30, log = 'tarantool.log', log_level = 'error'}

local fields = {'_id', 'age', 'city', 'created_at', 'email', 'name', 'score', 'tags'}
local types = {'string', 'unsigned', 'string', 'string', 'string', 'string', 'number', 'array'}
local format = {}
for i, name in ipairs(fields) do format[i] = {name = name, type = types[i]} end
local user = box.schema.create_space('user', {if_not_exists = true, format = format})
user:create_index('primary', {if_not_exists = true, parts = {'_id'}})
-- An index that is not unique goes on in the order of the primary one.
local by_age = user:create_index('age', {if_not_exists = true, unique = false, parts = {'age'}})
local by_city = user:create_index('city', {if_not_exists = true, unique = false, parts = {'city'}})

local settled = box.schema.create_space('settled', {if_not_exists = true})
settled:create_index('primary', {if_not_exists = true})

local function row(text)
    local doc, values = json.decode(text), {}
    for i, name in ipairs(fields) do values[i] = doc[name] end
    return values
end

local calls = {}
function calls.insert(c) user:insert(c.rows[1]) end
function calls.insert_many(c)
    box.begin()
    for _, values in ipairs(c.rows) do user:insert(values) end
    box.commit()
end
function calls.replace(c) user:replace(c.rows[1]) end
function calls.delete(c) user:delete(c.id) end
function calls.get(c) return {user:get(c.id)} end
function calls.city(c) return by_city:select(c.city, {limit = c.limit}) end
function calls.age(c)
    local found, n, high = {}, 0, c.high
    for _, tuple in by_age:pairs(c.low, {iterator = 'GE'}) do
        if n == c.limit or tuple[2] > high then break end
        n = n + 1
        found[n] = tuple
    end
    return found
end

local function prepare(list)
    for _, c in ipairs(list) do
        c.call = calls[c.op]
        c.rows = {}
        for i, text in ipairs(c.docs or {}) do c.rows[i] = row(text) end
    end
end

local function work(list, from, step)
    for i = from, #list, step do
        local c = list[i]
        local found = c.call(c)
        if found and #found < c.least then
            error(string.format('%s: %d documents, want %d', c.op, #found, c.least))
        end
    end
end

local ops = {}

function ops.run(r)
    prepare(r.calls)
    local start = clock.monotonic64()
    if r.writers == 1 then
        work(r.calls, 1, 1)
    else
        local fibers = {}
        for w = 1, r.writers do
            fibers[w] = fiber.new(work, r.calls, w, r.writers)
            fibers[w]:set_joinable(true)
        end
        for _, f in ipairs(fibers) do
            local ok, err = f:join()
            if not ok then error(err) end
        end
    end
    return {ns = clock.monotonic64() - start}
end

-- find answers one read with documents.
function ops.find(r)
    prepare(r.calls)
    local docs = {}
    for i, tuple in ipairs(r.calls[1].call(r.calls[1])) do
        docs[i] = json.encode(tuple:tomap({names_only = true}))
    end
    return {docs = docs}
end

-- script gets documents as Lua tables.
function ops.script(r)
    local start, sum = clock.monotonic64(), 0
    for _, id in ipairs(r.ids) do
        sum = sum + user:get(id):tomap({names_only = true}).age
    end
    local spent = clock.monotonic64() - start
    assert(sum > 0)
    return {ns = spent}
end

-- snapshot names the files of a snapshot of the present state.
function ops.snapshot()
    box.snapshot()
    local files = box.backup.start()
    box.backup.stop()
    return {files = files}
end

function ops.settle()
    settled:replace{1}
    box.snapshot()
    return {ns = 0}
end

function ops.open() return {ns = 0} end

for line in io.lines() do
    local request = json.decode(line)
    local ok, answer = pcall(ops[request.op], request)
    if not ok then answer = {err = tostring(answer)} end
    io.write(json.encode(answer), '\n')
    io.flush()
end
os.exit(0)
