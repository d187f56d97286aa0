package lang

import (
	"fmt"
	"math/big"
	"strings"

	"github.com/yuin/gopher-lua/ast"
)

// marker begins the string constants that stand in the tree for what the compiler has
// no node for: an Int64 ("<marker>9007199254740993") or one of the runtime's own
// functions ("<marker><="). patch puts the values in after compilation. No source can
// hold such a string: a literal that begins with the marker is refused.
const marker = "\x00aerodb\x00"

// identity is the marker of a function that returns its argument; it keeps an Int64
// literal in key position away from the instructions for constant string keys.
const identity = "identity"

// depthMax bounds the nesting of a chunk, far above what people write and far below
// what would exhaust the compiler's stack.
const depthMax = 10000

// operandsMax is how many operands of one .. chain are handed to a function; the
// compiler has 200 or so registers for a call. Longer chains keep the operator.
const operandsMax = 100

// rewriter walks a parsed chunk and replaces in place
//
//	integer literals that a float64 can't hold   by Int64 constants
//	a < b, a <= b, a > b, a >= b                  by calls that accept Int64 beside
//	                                              numbers, unless plainly not needed
//	a .. b                                        by a call that knows the limit of a
//	                                              string, unless plainly not needed
//	010                                           by 10; the library reads octal
//	for x in f do break end                       see loopBody
//	x = a and b; x, y = y, x                      see miscompiled
//	{a, k = f()}                                  see constructor
type rewriter struct {
	name  string
	depth int
	scope *scope
	err   error
}

// scope is what has been seen of the function that is being rewritten.
type scope struct {
	jump    ast.Stmt // its first goto, nil if it has none
	closure bool     // it holds another function

	constants map[string]struct{} // its literals and names
}

// function rewrites the body of a function or a chunk.
//
// The library closes all captured variables at a goto, so that closures made before no
// longer share them with the function that made them. A function with both is refused.
func (rw *rewriter) function(stmts []ast.Stmt) {
	outer := rw.scope
	if outer != nil {
		outer.closure = true
	}
	rw.scope = &scope{constants: map[string]struct{}{}}
	rw.block(stmts)
	if rw.scope.jump != nil && rw.scope.closure {
		rw.fail(rw.scope.jump, "goto, which Lua 5.1 does not have, works only in a function that holds no other function")
	}
	rw.scope = outer
}

func (rw *rewriter) fail(at ast.PositionHolder, message string) {
	if rw.err == nil {
		rw.err = &SyntaxError{Name: rw.name, Line: at.Line(), Message: message}
	}
}

// constant counts a literal or a name of the function.
func (rw *rewriter) constant(at ast.PositionHolder, kind, value string) {
	rw.scope.constants[kind+value] = struct{}{}
	if len(rw.scope.constants) > constantsMax {
		rw.fail(at, fmt.Sprintf("a function has more than %d different literals and names; keep data in a file and read it", constantsMax))
	}
}

func (rw *rewriter) block(stmts []ast.Stmt) {
	for i, s := range stmts {
		rw.stmt(s)
		if assign, ok := s.(*ast.AssignStmt); ok && miscompiled(assign) {
			stmts[i] = throughLocals(assign)
		}
	}
}

func (rw *rewriter) stmt(s ast.Stmt) {
	if rw.err != nil {
		return
	}
	if rw.depth++; rw.depth > depthMax {
		rw.fail(s, "the chunk is nested too deeply")
		return
	}
	defer func() { rw.depth-- }()
	switch s := s.(type) {
	case *ast.AssignStmt:
		rw.exprs(s.Lhs)
		rw.exprs(s.Rhs)
	case *ast.LocalAssignStmt:
		rw.exprs(s.Exprs)
	case *ast.FuncCallStmt:
		s.Expr = rw.expr(s.Expr)
	case *ast.DoBlockStmt:
		rw.block(s.Stmts)
	case *ast.WhileStmt:
		s.Condition = rw.expr(s.Condition)
		s.Stmts = rw.loopBody(s.Stmts)
	case *ast.RepeatStmt:
		s.Condition = rw.expr(s.Condition)
		s.Stmts = rw.loopBody(s.Stmts)
	case *ast.IfStmt:
		s.Condition = rw.expr(s.Condition)
		rw.block(s.Then)
		rw.block(s.Else)
	case *ast.NumberForStmt:
		s.Init, s.Limit, s.Step = rw.expr(s.Init), rw.expr(s.Limit), rw.expr(s.Step)
		rw.block(s.Stmts)
	case *ast.GenericForStmt:
		rw.exprs(s.Exprs)
		s.Stmts = rw.loopBody(s.Stmts)
	case *ast.GotoStmt:
		if rw.scope.jump == nil {
			rw.scope.jump = s
		}
	case *ast.FuncDefStmt:
		rw.function(s.Func.Stmts)
	case *ast.ReturnStmt:
		rw.exprs(s.Exprs)
	}
}

// loopBody rewrites the body of a loop. The library's compiler follows the loop's jump
// back to a body that begins with a jump of its own, such as break, and takes that one's
// distance for a label: the loop then ends up anywhere. A local variable without a name
// in front gives such a body another first instruction.
func (rw *rewriter) loopBody(stmts []ast.Stmt) []ast.Stmt {
	rw.block(stmts)
	if len(stmts) == 0 || !mayBeginWithJump(stmts[0]) {
		return stmts
	}
	pad := &ast.LocalAssignStmt{Names: []string{"(pad)"}, Exprs: []ast.Expr{place(&ast.NilExpr{}, stmts[0])}}
	pad.SetLine(stmts[0].Line())
	pad.SetLastLine(stmts[0].Line())
	return append([]ast.Stmt{pad}, stmts...)
}

func mayBeginWithJump(s ast.Stmt) bool {
	switch s := s.(type) {
	case *ast.BreakStmt, *ast.GotoStmt, *ast.LabelStmt, *ast.DoBlockStmt, *ast.WhileStmt, *ast.RepeatStmt:
		return true
	case *ast.IfStmt:
		_, constant := s.Condition.(ast.ConstExpr)
		return constant
	}
	return false
}

func (rw *rewriter) exprs(es []ast.Expr) {
	for i := range es {
		es[i] = rw.expr(es[i])
	}
}

// expr rewrites e and returns what takes its place. A nil e stays nil.
func (rw *rewriter) expr(e ast.Expr) ast.Expr {
	if e == nil {
		return nil
	}
	if rw.depth++; rw.depth > depthMax {
		rw.fail(e, "the chunk is nested too deeply")
		return e
	}
	defer func() { rw.depth-- }()
	switch e := e.(type) {
	case *ast.NumberExpr:
		rw.constant(e, "number ", e.Value)
		return rw.number(e, e.Value)
	case *ast.UnaryMinusOpExpr:
		if n, ok := e.Expr.(*ast.NumberExpr); ok {
			if lit, ok := bigLiteral("-" + n.Value); ok {
				return place(&ast.StringExpr{Value: marker + lit}, e)
			}
		}
		e.Expr = rw.expr(e.Expr)
	case *ast.IdentExpr:
		rw.constant(e, "string ", e.Value)
	case *ast.StringExpr:
		rw.constant(e, "string ", e.Value)
		if strings.HasPrefix(e.Value, marker) {
			rw.fail(e, "the string literal is reserved")
		}
	case *ast.AttrGetExpr:
		e.Object, e.Key = rw.expr(e.Object), rw.key(e.Key)
	case *ast.TableExpr:
		for _, f := range e.Fields {
			f.Key, f.Value = rw.key(f.Key), rw.expr(f.Value)
		}
		return constructor(e)
	case *ast.FuncCallExpr:
		e.Func, e.Receiver = rw.expr(e.Func), rw.expr(e.Receiver)
		rw.exprs(e.Args)
	case *ast.FunctionExpr:
		rw.function(e.Stmts)
	default:
		return rw.operator(e)
	}
	return e
}

func (rw *rewriter) operator(e ast.Expr) ast.Expr {
	switch e := e.(type) {
	case *ast.LogicalOpExpr:
		e.Lhs, e.Rhs = rw.expr(e.Lhs), rw.expr(e.Rhs)
	case *ast.StringConcatOpExpr:
		return rw.concat(e)
	case *ast.ArithmeticOpExpr:
		e.Lhs, e.Rhs = rw.expr(e.Lhs), rw.expr(e.Rhs)
	case *ast.UnaryNotOpExpr:
		e.Expr = rw.expr(e.Expr)
	case *ast.UnaryLenOpExpr:
		e.Expr = rw.expr(e.Expr)
	case *ast.RelationalOpExpr:
		plain := plainComparison(e)
		e.Lhs, e.Rhs = rw.expr(e.Lhs), rw.expr(e.Rhs)
		if !plain {
			return call(e.Operator, e, single(e.Lhs), single(e.Rhs))
		}
	}
	return e
}

// concat rewrites a .. b .. c. With at most one operand that is no literal the result is
// longer than it by what the source holds, and the operator stays. With more, each such
// expression could double what is there, so that a few of them use up the memory: a
// function that knows the limit of a string does it then.
func (rw *rewriter) concat(e *ast.StringConcatOpExpr) ast.Expr {
	var operands []ast.Expr
	variable := 0
	var rest ast.Expr = e
	for {
		pair, more := rest.(*ast.StringConcatOpExpr)
		operand := rest
		if more {
			operand = pair.Lhs
		}
		switch operand.(type) {
		case *ast.StringExpr, *ast.NumberExpr:
		default:
			variable++
		}
		operands = append(operands, operand)
		if !more {
			break
		}
		rest = pair.Rhs
	}
	if variable <= 1 || len(operands) > operandsMax {
		e.Lhs, e.Rhs = rw.expr(e.Lhs), rw.expr(e.Rhs)
		return e
	}
	for i := range operands {
		operands[i] = single(rw.expr(operands[i]))
	}
	return call(concatenation, e, operands...)
}

// key is expr for a table key.
func (rw *rewriter) key(e ast.Expr) ast.Expr {
	before := e
	e = rw.expr(e)
	if s, ok := e.(*ast.StringExpr); ok && e != before {
		return call(identity, before, s)
	}
	return e
}

// number replaces a literal beyond float64's exact integers; one beyond int64 stays
// the float it is in Lua.
func (rw *rewriter) number(e *ast.NumberExpr, literal string) ast.Expr {
	if lit, ok := bigLiteral(literal); ok {
		return place(&ast.StringExpr{Value: marker + lit}, e)
	}
	hex := strings.HasPrefix(literal, "0x") || strings.HasPrefix(literal, "0X")
	switch {
	case hex:
		if n, ok := new(big.Int).SetString(literal[2:], 16); ok && !n.IsInt64() {
			e.Value = new(big.Float).SetInt(n).Text('g', 17)
		}
	case strings.Trim(literal, "0123456789") == "":
		if e.Value = strings.TrimLeft(literal, "0"); e.Value == "" {
			e.Value = "0"
		}
	}
	return e
}

// bigLiteral returns the decimal form of an integer literal of 2^53 or more.
func bigLiteral(literal string) (string, bool) {
	n, ok := parseInteger(literal)
	if !ok || (n >= -safeMax && n <= safeMax) {
		return "", false
	}
	return Int64(n).String(), true
}

// plainComparison reports whether no Int64 can reach e, or it is no ordering at all.
func plainComparison(e *ast.RelationalOpExpr) bool {
	if e.Operator == "==" || e.Operator == "~=" {
		return true
	}
	_, ls := e.Lhs.(*ast.StringExpr)
	_, rs := e.Rhs.(*ast.StringExpr)
	return ls || rs || (plainNumber(e.Lhs) && plainNumber(e.Rhs))
}

func plainNumber(e ast.Expr) bool {
	switch e := e.(type) {
	case *ast.NumberExpr:
		_, large := bigLiteral(e.Value)
		return !large
	case *ast.UnaryLenOpExpr:
		return true
	}
	return false
}
