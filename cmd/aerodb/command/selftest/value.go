package selftest

import "github.com/aerodb/aerodb/engine/document"

// Value returns the result as users see it.
func (r Result) Value() document.Value {
	verdicts := make([]document.Value, len(r.Verdicts))
	for i, v := range r.Verdicts {
		verdicts[i] = document.ObjectValue(
			document.Member{Name: "check", Value: document.StringValue(v.Check)},
			document.Member{Name: "verdict", Value: document.StringValue(string(v.Status))},
			document.Member{Name: "measured", Value: document.StringValue(v.Measured)},
			document.Member{Name: "meaning", Value: document.StringValue(v.Meaning)},
		)
	}
	num := func(name string, n int) document.Member {
		return document.Member{Name: name, Value: document.IntValue(int64(n))}
	}
	return document.ObjectValue(
		document.Member{Name: "ok", Value: document.BoolValue(r.Count(Fail) == 0)},
		document.Member{Name: "dir", Value: document.StringValue(r.Dir)},
		document.Member{Name: "file_system", Value: document.StringValue(r.FileSystem)},
		document.Member{Name: "verdicts", Value: document.ArrayValue(verdicts...)},
		num("fdatasync_us", int(r.Sync.Microseconds())),
		num("rounds", r.Rounds), num("kills", r.Kills), num("writes_acknowledged", r.Writes),
		document.Member{Name: "seed", Value: document.IntValue(int64(r.Seed))},
		document.Member{Name: "duration_ms", Value: document.FloatValue(float64(r.Duration.Microseconds()) / 1000)},
	)
}
