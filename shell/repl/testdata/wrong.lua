local ok = 1
storge.stats()
