-- The documents of a file of _ids, one by one, as tables.
local users, sum = db.user, 0
for id in io.lines(arg[1]) do
  sum = sum + users:get(id).age
end
assert(sum > 0)
