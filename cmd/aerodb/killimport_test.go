package main

import (
	"bytes"
	"context"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"strings"

	"github.com/aerodb/aerodb/engine"
	"github.com/aerodb/aerodb/engine/schema"
	"github.com/aerodb/aerodb/engine/vfs"
)

// killImport kills the registration of a schema with one more index, and an import
// under it.
func (v *victim) killImport() {
	id := fmt.Sprintf("bulk%d", v.random.IntN(3))
	version := 1
	for ; v.schemaIsThere(id, version); version++ {
	}
	file := v.schemaFile(id, version)
	if !v.killed("schema", "schema", "apply", file) {
		v.owed("schema", v.now)
		must(v.T, v.dir, "schema", "apply", file)
	}
	name := fmt.Sprintf("v%d", version)
	var lines bytes.Buffer
	for range 800 {
		v.serial++
		fmt.Fprintf(&lines, `{"_id":"%06d","f%d":%d,"n":1,"pad":"%s"}`+"\n", v.serial, version, v.serial, strings.Repeat("p", 40))
	}
	text := lines.String()
	v.file("bulk.jsonl", text)
	may := v.afterBatches(file, id, name, text)
	if v.killed("import", "import", id, name, "bulk.jsonl", "--quiet") {
		may = may[len(may)-1:]
	}
	v.owed("import", may...)
}

func (v *victim) schemaIsThere(id string, version int) bool {
	code, _, _ := run(v.T, v.dir, "schema", "show", id, fmt.Sprintf("v%d", version))
	return code == 0
}

// afterBatches returns the states after each batch of an import: a batch is whole or
// absent. The engine tells the batches when it imports the same lines elsewhere.
func (v *victim) afterBatches(schemaFile, id, version, text string) []state {
	v.Helper()
	o := engineOptions("")
	o.FS = vfs.NewMem()
	fail := func(err error) {
		if err != nil {
			v.Helper()
			v.Fatal(err)
		}
	}
	_, err := engine.Init(o)
	fail(err)
	db, err := engine.Open(context.Background(), o)
	fail(err)
	defer db.Close()
	data, err := os.ReadFile(filepath.Join(v.dir, schemaFile))
	fail(err)
	s, err := schema.Parse(data)
	fail(err)
	_, err = db.DefineSchema(s)
	fail(err)
	c, err := db.Collection(id, version)
	fail(err)
	may := []state{v.now}
	lines := strings.Split(text, "\n")
	_, err = c.Import(context.Background(), strings.NewReader(text), engine.ImportOptions{Progress: func(_, documents int64) {
		next := maps.Clone(v.now)
		for _, line := range lines[:documents] {
			next[key(id, version, line[len(`{"_id":"`):len(`{"_id":"`)+6])] = line
		}
		may = append(may, next)
	}})
	fail(err)
	if len(may) < 3 {
		v.Fatalf("an import of %d batches shows nothing", len(may)-1)
	}
	return may
}
