local helper = require("helper")
print(helper.big() + 1, helper == require("helper"))
print(pcall(require, "hleper"))
helper.fail()
