#!/usr/bin/env aerodb
local base = 1
function helper(n) return n + base end
print("read")
return helper(1)
