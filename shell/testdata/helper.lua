-- required by require.lua
local M = {}
function M.fail() error("from the module") end
function M.big() return 9007199254740993 end
return M
