local function load_row(row)
  db.quakes:insert(row)
end

local function load_all(rows)
  for _, row in ipairs(rows) do
    load_row(row)
  end
end

db.define_schema{schema_id = "quakes", schema_version = "v1", fields = {_id = {type = "string", required = true}, mag = "float"}}
load_all{{_id = "a", mag = 1.5}, {_id = "b", mag = "strong"}}
