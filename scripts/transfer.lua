-- transfer.lua: everything out to JSON Lines, and in again.
--
--   aerodb run scripts/transfer.lua export FOLDER
--   aerodb run scripts/transfer.lua import FOLDER
--
-- Export writes one file of schemas, one file of documents for each schema version,
-- ordered by _id, and contents.json with counts and digests. Import reads such
-- a folder, and proves by the digest of each collection that every document is what it was. The
-- collections it brings should not be there yet; what they hold is replaced after a yes. The files are plain: other programs can read and write them. For keeping
-- copies a backup is better: smaller, faster, checksummed.

local action, folder = arg[1], arg[2]
if not folder or (action ~= "export" and action ~= "import") then
  error("usage: transfer.lua export|import FOLDER", 0)
end

local function write(path, text)
  local f, why = io.open(path, "w")
  if not f then error(why, 0) end
  local ok, failed = f:write(text)
  f:close()
  if not ok then error(failed, 0) end
end

local function read(path)
  local f, why = io.open(path)
  if not f then error(why, 0) end
  local text = f:read("*a")
  f:close()
  return text
end

-- Names of files never come from a name that could be a path.
local function file_of(i, schema) return ("%s/%03d-%s.jsonl"):format(folder, i, schema.schema_id:gsub("[^%w_-]", "_")) end

local function export()
  files.make_folder(folder)
  if #files.list(folder) > 0 then error(folder .. " is not empty", 0) end
  local lines, rows = {}, json.array{}
  for i, schema in ipairs(db.schemas()) do
    lines[i] = json.encode(schema)
    local e = db.collection(schema.schema_id, schema.schema_version):export(file_of(i, schema))
    rows[i] = {schema_id = schema.schema_id, schema_version = schema.schema_version, documents = e.documents, bytes = e.bytes}
  end
  write(folder .. "/schemas.jsonl", table.concat(lines, "\n") .. "\n")
  -- Last: a folder with this file is whole.
  local digests = {}
  for name, c in pairs(storage.stats().collections) do digests[name] = c.digest end
  write(folder .. "/contents.json", json.encode{digests = digests, files = rows} .. "\n")
  return rows
end

local function import()
  local contents, schemas, rows = json.decode(read(folder .. "/contents.json")), {}, json.array{}
  for line in io.lines(folder .. "/schemas.jsonl") do schemas[#schemas + 1] = json.decode(line) end
  local full = step("look", function()
    local full = json.array{}
    for _, s in ipairs(schemas) do
      local ok, c = pcall(db.collection, s.schema_id, s.schema_version)
      if ok and c:count() > 0 then full[#full + 1] = ("%s %s (%d)"):format(s.schema_id, s.schema_version, c:count()) end
    end
    return full
  end)
  if #full > 0 then confirm("Replace the documents of " .. table.concat(full, ", ")) end
  for i, s in ipairs(schemas) do
    local imported = step(("import %s %s"):format(s.schema_id, s.schema_version), function()
      db.define_schema(s)
      local c = db.collection(s.schema_id, s.schema_version)
      for doc in c:each() do c:delete(doc._id) end -- also what this step put in before it failed
      return c:import(file_of(i, s))
    end)
    assert(imported.documents == contents.files[i].documents, "a file has another number of documents than it was written with")
    rows[i] = {schema_id = s.schema_id, schema_version = s.schema_version, documents = imported.documents, bytes = imported.bytes}
  end
  for name, digest in pairs(contents.digests) do
    if storage.stats().collections[name].digest ~= digest then
      error(name .. ": the digest is not that of the export: a file was changed", 0)
    end
  end
  return rows
end

local rows
if action == "export" then
  rows = step("export", export)
else
  rows = import()
end
print(format.table(rows, {"schema_id", "schema_version", "documents", "bytes"}))
print("digest " .. storage.digest())
