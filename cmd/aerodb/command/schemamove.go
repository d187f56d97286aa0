package command

import (
	"fmt"
	"io"
	"strings"

	"github.com/aerodb/aerodb/engine"
	"github.com/aerodb/aerodb/engine/document"
	"github.com/aerodb/aerodb/engine/schema"
	"github.com/aerodb/aerodb/shell/render"
)

// older is what lies under the versions before one.
type older struct {
	documents int64
	versions  []string // that have documents, oldest first
}

// olderVersions looks for documents of s's collection that s does not cover.
func olderVersions(db *engine.DB, s *schema.Schema) (older, error) {
	var o older
	list, err := db.Schemas()
	if err != nil {
		return o, err
	}
	for _, v := range list {
		switch {
		case v.ID != s.ID:
			continue
		case v.Version == s.Version:
			return o, nil
		}
		c, err := db.Collection(v.ID, v.Version)
		if err != nil {
			return o, err
		}
		n, err := c.Count()
		if err != nil {
			return o, err
		}
		if n > 0 {
			o.documents += n
			o.versions = append(o.versions, v.Version)
		}
	}
	return o, nil
}

// write says that reads of s do not see these documents, and how they are moved; file is
// where s came from.
func (o older) write(w io.Writer, program string, s *schema.Schema, file string) {
	verb := "are"
	if o.documents == 1 {
		verb = "is"
	}
	fmt.Fprintf(w, "%s %s still under %s; %s and its indexes do not see them.\nTo move them:\n",
		count(o.documents, "document"), verb, strings.Join(o.versions, ", "), s.Version)
	code := fmt.Sprintf("local c = db.collection(%s, %s)", luaText(s.ID), luaText(s.Version))
	for _, v := range o.versions {
		code += fmt.Sprintf(" c:move_from(%s)", luaText(v))
	}
	fmt.Fprintf(w, "  %s eval %s\n", program, quoted(code))
	if file != "-" {
		fmt.Fprintf(w, "or, rehearsed first, and with a proof that none is lost:\n  %s rehearse scripts/schema_upgrade.lua %s\n", program, quoted(file))
	}
}

// luaText writes a text as Lua reads it.
func luaText(s string) string {
	var b strings.Builder
	_ = render.Value(&b, document.StringValue(s), render.Options{Mode: render.Lua}) // a Builder takes everything
	return strings.TrimSuffix(b.String(), "\n")
}
