package lang

import (
	"bytes"
	"context"
	"fmt"
	"io/fs"
	"math"
	"math/big"
	"strings"
	"testing"
	"time"

	lua "github.com/yuin/gopher-lua"
)

func fuzzRuntime(f *testing.F) *Runtime {
	r := New(Options{Stdin: strings.NewReader(""), Stdout: &bytes.Buffer{}, Stderr: &bytes.Buffer{}, Now: func() time.Time { return epoch },
		ReadFile: func(string) ([]byte, error) { return nil, fs.ErrNotExist }})
	f.Cleanup(r.Close)
	return r
}

// A programmer writes a program of any bytes: each says what comes next. It always
// compiles, always ends, and keeps to what the library and AeroDB do alike: no integer
// of 2^53 or more in the source, no loop whose body begins with a jump.
type programmer struct {
	rest  []byte
	out   strings.Builder
	plain strings.Builder // the same for the library, which assigns and and or wrongly
}

func (p *programmer) write(format string, args ...any) {
	fmt.Fprintf(&p.out, format, args...)
	fmt.Fprintf(&p.plain, format, args...)
}

// assign writes an assignment; the library gets it by way of a local variable.
func (p *programmer) assign(name, value string) {
	fmt.Fprintf(&p.out, "%s = %s\n", name, value)
	fmt.Fprintf(&p.plain, "do local v = %s %s = v end\n", value, name)
}

func (p *programmer) pick(n int) int {
	if len(p.rest) == 0 {
		return 0
	}
	b := p.rest[0]
	p.rest = p.rest[1:]
	return int(b) % n
}

var (
	atoms     = []string{"a", "b", "c", "1", "0", "2.5", "10", "9007199254740991", "0x1F", "1e3", `"x"`, `"10"`, "true", "nil", "-1", "(0/0)", "#\"ab\"", "({5,6})[2]", "t.n", "t[1]"}
	operators = []string{"+", "-", "*", "/", "%", "^", "..", "==", "~=", "<", "<=", ">", ">=", "and", "or"}
)

func (p *programmer) expr(depth int) string {
	if depth == 0 {
		return atoms[p.pick(len(atoms))]
	}
	switch p.pick(7) {
	case 0:
		return "not (" + p.expr(depth-1) + ")"
	case 1:
		return "- (" + p.expr(depth-1) + ")"
	case 2:
		return "(function(x) return " + p.expr(depth-1) + " end)(" + p.expr(depth-1) + ")"
	case 3:
		return atoms[p.pick(len(atoms))]
	}
	return "(" + p.expr(depth-1) + " " + operators[p.pick(len(operators))] + " " + p.expr(depth-1) + ")"
}

func (p *programmer) block(depth int) {
	for range p.pick(4) {
		p.stmt(depth)
	}
}

func (p *programmer) stmt(depth int) {
	write := p.write
	kind := p.pick(9)
	if depth == 0 {
		kind %= 3
	}
	body := func() { p.block(depth - 1) }
	switch kind {
	case 0:
		p.assign([]string{"a", "b", "c", "t.n"}[p.pick(4)], p.expr(2))
	case 1:
		value := p.expr(2)
		fmt.Fprintf(&p.out, "a, b = b, %s\n", value)
		fmt.Fprintf(&p.plain, "do local v, w = b, %s a, b = v, w end\n", value)
	case 2:
		write("t[#t + 1] = %s\n", p.expr(1))
	case 3:
		write("if %s then\n", p.expr(2))
		body()
		write("else\n")
		body()
		write("end\n")
	case 4:
		write("for i = 1, 3 do\nc = i\n")
		body()
		write("if %s then break end\nend\n", p.expr(2))
	case 5:
		write("do local w = 0 while w < 3 do\nw = w + 1\n")
		body()
		write("end end\n")
	case 6:
		write("do local w = 0 repeat\nw = w + 1\n")
		body()
		write("until w >= 2 end\n")
	case 7:
		write("for k, v in ipairs({%s, 2}) do\nc = v\n", p.expr(1))
		body()
		write("end\n")
	case 8:
		write("do local f = function(x)\n")
		body()
		p.assign("x", p.expr(2)) // its last parameter
		write("return x end\nb = f(%s) end\n", p.expr(1))
	}
}

// program writes a whole one.
func (p *programmer) program() {
	p.write("local a, b, c, t = 1, 2.5, \"x\", {7, n = 3}\n")
	for i := 0; len(p.rest) > 0 && i < 20; i++ {
		p.stmt(3)
	}
	p.write("return a, b, c, t.n, t[1], t[2], #t\n")
}

// FuzzProgram: a program without large integers does under AeroDB's Lua what it does
// under the library's: the same results, or an error where that has one.
func FuzzProgram(f *testing.F) {
	f.Add([]byte("any bytes"))
	r := fuzzRuntime(f)
	plain := lua.NewState()
	f.Cleanup(plain.Close)
	f.Fuzz(func(t *testing.T, data []byte) {
		p := &programmer{rest: data[:min(len(data), 200)]}
		p.program()
		source := p.out.String()
		fn, err := r.Load(source, "fuzz")
		if err != nil {
			t.Fatalf("%v\n%s", err, source)
		}
		got, err := r.Call(context.Background(), fn)
		top := plain.GetTop()
		perr := plain.DoString(p.plain.String())
		if (err == nil) != (perr == nil) {
			t.Fatalf("ours %v, the library %v\n%s", err, perr, source)
		}
		for i := range got {
			if want := plain.Get(top + 1 + i); !alike(got[i], want) {
				t.Fatalf("result %d is %v, the library has %v\n%s", i+1, got[i], want, source)
			}
		}
		plain.SetTop(top)
	})
}

// alike compares what two states returned; tables and functions by their kind.
func alike(a, b lua.LValue) bool {
	x, ok := a.(lua.LNumber)
	y, also := b.(lua.LNumber)
	if ok && also {
		return x == y || math.IsNaN(float64(x)) && math.IsNaN(float64(y))
	}
	switch a.Type() {
	case lua.LTTable, lua.LTFunction:
		return a.Type() == b.Type()
	}
	return a == b
}

// FuzzInt64: arithmetic and comparison of integers, at least one of 2^53 or more, are
// those of math/big, or an error where an int64 cannot hold the result.
func FuzzInt64(f *testing.F) {
	f.Add(int64(9007199254740993), int64(2))
	r := fuzzRuntime(f)
	f.Fuzz(func(t *testing.T, x, y int64) {
		if max(x, y) <= safeMax && min(x, y) >= -safeMax {
			return
		}
		bx, by := big.NewInt(x), big.NewInt(y)
		for operator, want := range map[string]*big.Int{"+": new(big.Int).Add(bx, by), "-": new(big.Int).Sub(bx, by), "*": new(big.Int).Mul(bx, by), "%": floorMod(bx, by)} {
			if want == nil {
				continue
			}
			got, err := evaluate(t, r, fmt.Sprintf("return (%d) %s (%d)", x, operator, y))
			if !want.IsInt64() {
				if err == nil {
					t.Fatalf("%d %s %d is %v, not %v", x, operator, y, got, want)
				}
				continue
			}
			if err != nil || got != Integer(want.Int64()) {
				t.Fatalf("%d %s %d is %v, %v, want %v", x, operator, y, got, err, want)
			}
		}
		order := bx.Cmp(by)
		for operator, want := range map[string]bool{"<": order < 0, "<=": order <= 0, ">": order > 0, ">=": order >= 0, "==": order == 0, "~=": order != 0} {
			if got, err := evaluate(t, r, fmt.Sprintf("return (%d) %s (%d)", x, operator, y)); err != nil || got != lua.LBool(want) {
				t.Fatalf("%d %s %d is %v, %v", x, operator, y, got, err)
			}
		}
		if text, err := evaluate(t, r, fmt.Sprintf("return tostring(%d)", x)); err != nil || text != lua.LString(bx.String()) && (x > safeMax || x < -safeMax) {
			t.Fatalf("tostring(%d) is %v, %v", x, text, err)
		}
	})
}

// floorMod is Lua's %; nil for 0.
func floorMod(x, y *big.Int) *big.Int {
	if y.Sign() == 0 {
		return nil
	}
	m := new(big.Int).Rem(x, y)
	if m.Sign() != 0 && m.Sign() != y.Sign() {
		m.Add(m, y)
	}
	return m
}

func evaluate(t *testing.T, r *Runtime, source string) (lua.LValue, error) {
	t.Helper()
	fn, err := r.Load(source, "fuzz")
	if err != nil {
		t.Fatalf("%s: %v", source, err)
	}
	results, err := r.Call(context.Background(), fn)
	if err != nil {
		return nil, err
	}
	return results[0], nil
}
