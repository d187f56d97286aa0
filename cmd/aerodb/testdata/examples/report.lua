-- Prints how many documents each collection has, after the ARG it was given.
local stats = storage.stats()
print(arg[1], stats.document_count)
for name, c in pairs(stats.collections) do
  print(name, c.documents)
end
