package repl

// The dot-commands that are Lua. Their columns come in the order of their names.

const collectionsChunk = `return (function()
	local list = json.array{}
	for name, c in pairs(storage.stats().collections) do
		local versions = {}
		for version, n in pairs(c.versions) do versions[#versions + 1] = version .. ": " .. n end
		list[#list + 1] = {collection = name, documents = c.documents,
			indexes = table.concat(c.indexes, " "), versions = table.concat(versions, ", ")}
	end
	return list
end)()`

const schemasChunk = `return (function()
	local list = json.array{}
	for _, s in ipairs(db.schemas()) do
		local n = 0
		for _ in pairs(s.fields) do n = n + 1 end
		list[#list + 1] = {collection = s.schema_id, fields = n, indexes = table.concat(s.indexes, " "), version = s.schema_version}
	end
	return list
end)()`

// schemaChunk wants its arguments in brackets behind it.
const schemaChunk = `return (function(id, version)
	local schema, list, indexed = db.schema(id, version), json.array{}, {_id = true}
	for _, name in ipairs(schema.indexes) do indexed[name] = true end
	local function add(fields, prefix)
		for name, f in pairs(fields) do
			local item = f.items
			list[#list + 1] = {field = prefix .. name, index = indexed[prefix .. name], required = f.required or nil,
				type = item and "array of " .. (type(item) == "table" and item.type or item) or f.type}
			if f.fields then add(f.fields, prefix .. name .. ".") end
			if type(item) == "table" and item.fields then add(item.fields, prefix .. name .. "[].") end
		end
	end
	add(schema.fields, "")
	return list
end)`
