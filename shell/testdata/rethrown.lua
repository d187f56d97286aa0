local function work()
  db.define_schema{schema_id = "x"}
end

local ok, e = pcall(work)
if not ok then
  print("cleaning up after " .. e.code)
  error(e)
end
