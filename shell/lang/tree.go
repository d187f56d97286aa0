package lang

import (
	"fmt"
	"slices"

	"github.com/yuin/gopher-lua/ast"
)

// call makes a call of one of the runtime's functions in the place of at.
func call(function string, at ast.Expr, args ...ast.Expr) ast.Expr {
	fn := place(&ast.StringExpr{Value: marker + function}, at)
	return place(&ast.FuncCallExpr{Func: fn, Args: args, AdjustRet: true}, at)
}

// single cuts a call or ... in the last argument to one value, as an operand is.
func single(e ast.Expr) ast.Expr {
	switch e := e.(type) {
	case *ast.FuncCallExpr:
		e.AdjustRet = true
	case *ast.Comma3Expr:
		e.AdjustRet = true
	}
	return e
}

// place gives e the position of at.
func place[E ast.Expr](e E, at ast.PositionHolder) E {
	e.SetLine(at.Line())
	e.SetLastLine(at.LastLine())
	return e
}

// miscompiled reports whether the library's compiler may assign wrong values. It puts
// a value into a local variable as soon as it has it, so that the next is computed from
// that: a, b = b, a makes both equal. And it computes and and or in the variable's own
// place, so that x = a() and b leaves x as it was where a() is nil or false. A call cut
// to one value, as x = (f(x)) or our own call for x < y, goes to no place at all if x is
// a function's last parameter.
func miscompiled(s *ast.AssignStmt) bool {
	if len(s.Lhs) > 1 {
		return true
	}
	if _, name := s.Lhs[0].(*ast.IdentExpr); !name {
		return false
	}
	switch e := s.Rhs[0].(type) {
	case *ast.LogicalOpExpr:
		return true
	case *ast.FuncCallExpr:
		return e.AdjustRet
	}
	return false
}

// throughLocals returns an assignment by way of new local variables, of names that no
// source can have: one for each table and key, then one for each value, as Lua evaluates
// them. Then each target gets its value, the last one first, as in Lua.
func throughLocals(s *ast.AssignStmt) ast.Stmt {
	values := &ast.LocalAssignStmt{}
	local := func(e ast.Expr, at ast.PositionHolder) ast.Expr {
		name := fmt.Sprintf("(value %d)", len(values.Names)+1)
		values.Names = append(values.Names, name)
		if e != nil {
			values.Exprs = append(values.Exprs, e)
		}
		return place(&ast.IdentExpr{Value: name}, at)
	}
	for _, target := range s.Lhs {
		if t, ok := target.(*ast.AttrGetExpr); ok {
			t.Object = local(t.Object, t)
			if _, constant := t.Key.(*ast.StringExpr); !constant {
				t.Key = local(t.Key, t)
			}
		}
	}
	block := &ast.DoBlockStmt{Stmts: []ast.Stmt{values}}
	for _, target := range s.Lhs {
		move := &ast.AssignStmt{Lhs: []ast.Expr{target}, Rhs: []ast.Expr{local(nil, target)}}
		block.Stmts = append(block.Stmts, move)
	}
	slices.Reverse(block.Stmts[1:])
	values.Exprs = append(values.Exprs, s.Rhs...)
	for _, stmt := range append(block.Stmts, block) {
		stmt.SetLine(s.Line())
		stmt.SetLastLine(s.LastLine())
	}
	return block
}

// globalize turns the local variables of a chunk's top level into globals.
func globalize(chunk []ast.Stmt) []ast.Stmt {
	for i, s := range chunk {
		local, ok := s.(*ast.LocalAssignStmt)
		if !ok {
			continue
		}
		assign := &ast.AssignStmt{Rhs: local.Exprs}
		assign.SetLine(local.Line())
		assign.SetLastLine(local.LastLine())
		for _, name := range local.Names {
			assign.Lhs = append(assign.Lhs, place(&ast.IdentExpr{Value: name}, local))
		}
		if len(assign.Rhs) == 0 {
			assign.Rhs = []ast.Expr{place(&ast.NilExpr{}, local)}
		}
		chunk[i] = assign
	}
	return chunk
}
