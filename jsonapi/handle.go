package jsonapi

import (
	"context"

	"github.com/aerodb/aerodb/engine"
	"github.com/aerodb/aerodb/engine/dberr"
	"github.com/aerodb/aerodb/engine/document"
)

// Handle answers one request, without a newline at its end, and says whether it
// succeeded. The response always is one line of JSON.
func Handle(ctx context.Context, db *engine.DB, line []byte) (response []byte, ok bool) {
	r, err := parse(line)
	if err != nil {
		return Failure(err), false
	}
	data, err := r.run(ctx, db)
	if err != nil {
		logFailure(db, r, err)
		return Failure(err), false
	}
	response = append(response, `{"status":"ok","data":`...)
	response = append(response, data...)
	return append(response, '}'), true
}

// Failure is the response to a request that failed with err. What the caller did wrong
// is told as it is. Of anything else it gets the code and what the code means: files,
// offsets and causes are the operator's, who finds them in the log.
func Failure(err error) []byte {
	e := dberr.From(err)
	message := e.Message
	if entry, _ := dberr.Lookup(e.Code); e.Severity() != dberr.Reject {
		message = entry.Meaning
	}
	response := []byte(`{"status":"error"`)
	for _, m := range []struct{ name, value string }{
		{"code", string(e.Code)},
		{"severity", string(e.Severity())},
		{"message", message},
	} {
		response = append(response, ',')
		response = append(document.AppendQuoted(response, m.name), ':')
		response = document.AppendQuoted(response, m.value)
	}
	return append(response, '}')
}

// logFailure tells the operator what the caller is not told.
func logFailure(db *engine.DB, r *request, err error) {
	if e := dberr.From(err); e.Severity() != dberr.Reject {
		db.Logger().Error("request.failed", "op", r.op, "schema_id", r.id, "schema_version", r.version, "code", string(e.Code), "message", e.Text())
	}
}

// run does what r asks and returns the JSON of its data.
func (r *request) run(ctx context.Context, db *engine.DB) ([]byte, error) {
	c, err := db.Collection(r.id, r.version)
	if err != nil {
		return nil, err
	}
	none := []byte("[]")
	switch r.op {
	case "insert":
		return none, c.InsertContext(ctx, r.document)
	case "update":
		return none, c.ReplaceContext(ctx, r.document)
	case "delete":
		found, err := c.DeleteContext(ctx, r.documentID)
		if err == nil && !found {
			err = dberr.New(dberr.DocumentNotFound, "%s %s has no document with _id %q", r.id, r.version, r.documentID).
				WithHint("nothing was deleted")
		}
		return none, err
	}
	q := engine.Query{Filter: r.filter, Sort: r.sort, Limit: r.limit, HasLimit: r.hasLimit}
	if r.op == "explain" {
		plan, err := c.Explain(q)
		if err != nil {
			return nil, err
		}
		return document.Append(nil, plan.Value()), nil
	}
	docs, err := c.Find(ctx, q)
	if err != nil {
		return nil, err
	}
	return list(docs), nil
}

// list joins canonical documents.
func list(docs [][]byte) []byte {
	data := []byte{'['}
	for i, doc := range docs {
		if i > 0 {
			data = append(data, ',')
		}
		data = append(data, doc...)
	}
	return append(data, ']')
}
