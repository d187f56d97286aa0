package lang

import "github.com/yuin/gopher-lua/ast"

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
