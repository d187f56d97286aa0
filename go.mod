module github.com/aerodb/aerodb

go 1.26
