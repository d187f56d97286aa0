package document

// DepthMax is the deepest nesting of arrays and objects that Parse takes.
const DepthMax = 64

// membersLinearMax is the number of members up to which comparing each name with
// all before it is cheaper than a set of names.
const membersLinearMax = 16

// membersFirst is how many members there is room for at first.
const membersFirst = 4

// Options bound what Parse takes.
type Options struct {
	MaxBytes int // the longest input; 0 is no limit

	// Look is called now and then, once for some thousand values; an error that it returns
	// ends Parse, which returns it. Nil is never called.
	Look func() error
}

// valuesPerLook is how many values are read between two calls of Options.Look.
const valuesPerLook = 1 << 12

// Parse reads the one JSON value that data holds. Errors are *SyntaxError, or of
// Options.Look. The Value shares no memory with data.
func Parse(data []byte, opt Options) (Value, error) {
	if opt.MaxBytes > 0 && len(data) > opt.MaxBytes {
		return Value{}, syntaxErrorf(opt.MaxBytes, "%d bytes are more than the limit of %d", len(data), opt.MaxBytes)
	}
	p := parser{src: data, look: opt.Look}
	var v Value
	if err := p.value(&v, SkipSpace(data, 0), 0); err != nil {
		if p.ended != nil {
			return Value{}, p.ended
		}
		return Value{}, err
	}
	if i := SkipSpace(data, v.end); i < len(data) {
		return Value{}, Trailing(data, i)
	}
	return v, nil
}

type parser struct {
	src     []byte
	scratch []byte // for strings with escapes

	look   func() error
	values int   // read so far
	ended  error // what look returned; the *SyntaxError on the way up then says nothing
}

// mayGoOn counts a value, and looks now and then.
func (p *parser) mayGoOn() bool {
	if p.values++; p.look != nil && p.values%valuesPerLook == 0 {
		p.ended = p.look()
	}
	return p.ended == nil
}

// SkipSpace returns the offset of the first byte from src[i] on that is not white space.
func SkipSpace(src []byte, i int) int {
	for i < len(src) && (src[i] == ' ' || src[i] == '\n' || src[i] == '\r' || src[i] == '\t') {
		i++
	}
	return i
}

// value reads the value that begins at src[i] into v, which is zero; depth arrays and
// objects are open. It fills v in place: a Value is large to hand up from level to level.
func (p *parser) value(v *Value, i, depth int) (err *SyntaxError) {
	if i >= len(p.src) || !p.mayGoOn() {
		return NoValue(p.src, i)
	}
	v.start = i
	switch c := p.src[i]; {
	case c == '"':
		v.kind = String
		v.text, v.end, err = p.text(i)
	case c == '{' || c == '[':
		if depth == DepthMax {
			return syntaxErrorf(i, "arrays and objects are nested deeper than %d", DepthMax)
		}
		if c == '{' {
			err = p.object(v, depth+1)
		} else {
			err = p.array(v, depth+1)
		}
	case c == '-' || c-'0' <= 9:
		err = p.number(v)
	case literalAt(p.src, i, "true"):
		v.kind, v.bits, v.end = Bool, 1, i+len("true")
	case literalAt(p.src, i, "false"):
		v.kind, v.end = Bool, i+len("false")
	case literalAt(p.src, i, "null"):
		v.kind, v.end = Null, i+len("null")
	default:
		err = NoValue(p.src, i)
	}
	return err
}

func literalAt(src []byte, i int, literal string) bool {
	return len(src)-i >= len(literal) && string(src[i:i+len(literal)]) == literal
}

// text reads the string literal at src[i] and returns the offset after it.
func (p *parser) text(i int) (string, int, *SyntaxError) {
	end, plain, err := ScanString(p.src, i)
	if err != nil {
		return "", 0, err
	}
	if plain {
		return string(p.src[i+1 : end-1]), end, nil
	}
	p.scratch = AppendUnquoted(p.scratch[:0], p.src[i:end])
	return string(p.scratch), end, nil
}

func (p *parser) number(v *Value) *SyntaxError {
	n, err := ScanNumber(p.src, v.start)
	if err != nil {
		return err
	}
	v.end = v.start + len(n.Literal)
	if whole, ok := n.Int(); ok {
		v.kind, v.bits = Int, uint64(whole)
		return nil
	}
	f, ok := n.Float()
	if !ok {
		return OutOfRange(v.start)
	}
	*v = Value{kind: Float, bits: FloatValue(f).bits, start: v.start, end: v.end}
	if n.Integer {
		v.text = string(n.Literal)
	}
	return nil
}

func (p *parser) array(v *Value, depth int) *SyntaxError {
	v.kind = Array
	i := SkipSpace(p.src, v.start+1)
	if i < len(p.src) && p.src[i] == ']' {
		v.end = i + 1
		return nil
	}
	for {
		v.items = append(v.items, Value{})
		item := &v.items[len(v.items)-1]
		if err := p.value(item, i, depth); err != nil {
			err.Path = ItemPath(len(v.items)-1, err.Path)
			return err
		}
		i = SkipSpace(p.src, item.end)
		switch {
		case i < len(p.src) && p.src[i] == ',':
			i = SkipSpace(p.src, i+1)
		case i < len(p.src) && p.src[i] == ']':
			v.end = i + 1
			return nil
		default:
			return Unseparated(p.src, i, ']')
		}
	}
}

func (p *parser) object(v *Value, depth int) *SyntaxError {
	v.kind = Object
	i := SkipSpace(p.src, v.start+1)
	if i < len(p.src) && p.src[i] == '}' {
		v.end = i + 1
		return nil
	}
	var names map[string]struct{}
	for {
		if i >= len(p.src) || p.src[i] != '"' {
			return NoName(p.src, i)
		}
		name, end, err := p.text(i)
		if err != nil {
			return err
		}
		if names = noteName(names, v.members); hasName(names, v.members, name) {
			err := syntaxErrorf(i, "the member comes twice")
			err.Path = MemberPath(name, "")
			return err
		}
		if v.members == nil {
			v.members = make([]Member, 0, membersFirst)
		}
		v.members = append(v.members, Member{Name: name})
		member := &v.members[len(v.members)-1].Value
		if err := p.member(member, end, depth); err != nil {
			err.Path = MemberPath(name, err.Path)
			return err
		}
		i = SkipSpace(p.src, member.end)
		switch {
		case i < len(p.src) && p.src[i] == ',':
			i = SkipSpace(p.src, i+1)
		case i < len(p.src) && p.src[i] == '}':
			v.end = i + 1
			return nil
		default:
			return Unseparated(p.src, i, '}')
		}
	}
}

// member reads the colon and the value that follow a name ending before src[i].
func (p *parser) member(v *Value, i, depth int) *SyntaxError {
	i = SkipSpace(p.src, i)
	if i >= len(p.src) || p.src[i] != ':' {
		return NoColon(p.src, i)
	}
	return p.value(v, SkipSpace(p.src, i+1), depth)
}

// noteName keeps a set of the names of members once there are many; it is called
// before each further one.
func noteName(names map[string]struct{}, members []Member) map[string]struct{} {
	switch {
	case len(members) < membersLinearMax:
		return nil
	case names == nil:
		names = make(map[string]struct{}, 2*len(members))
		for i := range members {
			names[members[i].Name] = struct{}{}
		}
	default:
		names[members[len(members)-1].Name] = struct{}{}
	}
	return names
}

func hasName(names map[string]struct{}, members []Member, name string) bool {
	if names != nil {
		_, ok := names[name]
		return ok
	}
	for i := range members {
		if members[i].Name == name {
			return true
		}
	}
	return false
}
