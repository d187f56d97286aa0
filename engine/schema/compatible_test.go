package schema

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/aerodb/aerodb/engine/dberr"
)

func TestCompatible(t *testing.T) {
	old := withFields(`,"age":"int","city":{"type":"string","required":true},"loc":{"type":"object","fields":{"lat":"float"}},"tags":{"type":"array","items":{"type":"object","fields":{"k":"string"}}}`, `"age","city"`)
	for _, c := range []struct {
		what, next string
		want       []string
	}{
		{"the same", old, nil},
		{"additions", withFields(`,"aaa":"int","age":"int","city":{"type":"string","required":true},"loc":{"type":"object","fields":{"lat":"float","lon":"float"}},"tags":{"type":"array","items":{"type":"object","fields":{"k":"string","v":"int"}}},"zip":{"type":"object","fields":{"code":{"type":"string","required":true}}}`, `"age","city","loc.lon"`), nil},
		{"removals", withFields(`,"city":{"type":"string","required":true},"tags":{"type":"array","items":{"type":"object","fields":{"v":"string"}}},"loc":{"type":"object","fields":{"lon":"float"}}`, `"city"`), []string{
			"age: is removed", "loc.lat: is removed", "tags[].k: is removed", "index age: is removed",
		}},
		{"changes", withFields(`,"age":"float","city":"string","loc":{"type":"object","fields":{"lat":{"type":"int","required":true}}},"tags":{"type":"array","items":"string"},"new":{"type":"int","required":true}`, `"age","city"`), []string{
			"age: was of type int, is float", "city: was required, is optional",
			"loc.lat: was optional, is required", "loc.lat: was of type float, is int",
			"new: is new and required; a new field is optional", "tags[]: was of type object, is string",
		}},
		{"new required inside", withFields(`,"age":"int","city":{"type":"string","required":true},"loc":{"type":"object","fields":{"lat":"float","lon":{"type":"float","required":true}}},"tags":{"type":"array","items":{"type":"object","fields":{"k":"string","v":{"type":"int","required":true}}}}`, `"age","city"`), []string{
			"loc.lon: is new and required; a new field is optional", "tags[].v: is new and required; a new field is optional",
		}},
	} {
		a, err := Parse([]byte(old))
		if err != nil {
			t.Fatal(err)
		}
		b, err := Parse([]byte(strings.Replace(c.next, `"v1"`, `"v2"`, 1)))
		if err != nil {
			t.Fatalf("%s: %v", c.what, err)
		}
		err = Compatible(a, b)
		if c.want == nil {
			if err != nil {
				t.Errorf("%s: %v", c.what, err)
			}
			continue
		}
		var e *dberr.Error
		if !errors.As(err, &e) || e.Code != dberr.SchemaIncompatible {
			t.Errorf("%s: %v", c.what, err)
			continue
		}
		if got := e.Details[0].Value.([]string); e.Details[0].Key != "differences" || !slices.Equal(got, c.want) {
			t.Errorf("%s:\n got %q\nwant %q", c.what, got, c.want)
		}
		if c.what == "changes" && e.Message != "s v2 does not extend v1: "+strings.Join(c.want[:5], "; ")+"; and 1 more" {
			t.Errorf("message: %s", e.Message)
		}
	}
}
