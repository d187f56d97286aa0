package runs

import (
	"strings"

	"github.com/aerodb/aerodb/engine/document"
)

// object collects the members of one.
type object []document.Member

func (o *object) add(name string, v document.Value) {
	*o = append(*o, document.Member{Name: name, Value: v})
}
func (o *object) str(name, s string) {
	o.add(name, document.StringValue(strings.ToValidUTF8(s, "\uFFFD")))
}
func (o *object) num(name string, n int64) { o.add(name, document.IntValue(n)) }
func (o *object) value() document.Value    { return document.ObjectValue(*o...) }

// optional adds a text unless it is empty.
func (o *object) optional(name, s string) {
	if s != "" {
		o.str(name, s)
	}
}

func (o *object) strings(name string, list []string) {
	var items object
	for _, s := range list {
		items.str("", s)
	}
	values := make([]document.Value, len(items))
	for i := range items {
		values[i] = items[i].Value
	}
	o.add(name, document.ArrayValue(values...))
}

func (o *object) problem(p *Problem) {
	if p != nil {
		o.str("code", p.Code)
		o.str("message", p.Message)
	}
}

func (s State) value() document.Value {
	var o object
	o.str("uuid", s.UUID)
	o.num("sequence", int64(s.Sequence))
	o.str("digest", s.Digest)
	return o.value()
}

func sourcesValue(list []Source) document.Value {
	items := make([]document.Value, len(list))
	for i, s := range list {
		var o object
		o.str("name", s.Name)
		o.str("sha256", s.SHA256)
		items[i] = o.value()
	}
	return document.ArrayValue(items...)
}

func (s *Step) value() document.Value {
	var o object
	o.str("name", s.Name)
	o.str("outcome", string(s.Outcome))
	o.str("began", s.Began)
	if s.Outcome != Unknown {
		o.add("duration_ms", document.FloatValue(s.Millis))
	}
	if s.Result != nil {
		if v, err := document.Parse(s.Result, document.Options{}); err == nil {
			o.add("result", v)
		}
	}
	o.problem(s.Problem)
	o.add("before", s.Before.value())
	if s.Outcome != Unknown {
		o.add("after", s.After.value())
	}
	return o.value()
}
