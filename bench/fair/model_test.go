package fair

import (
	"cmp"
	"encoding/json"
	"slices"

	"github.com/aerodb/aerodb/bench/users"
)

// model answers the queries of ask by looking at every document.
func model() (answers []answer) {
	var all answer
	for i := range documents + 1 {
		doc, there := final(i)
		if i == documents || !there {
			answers = append(answers, nil)
			continue
		}
		var m map[string]any
		if err := json.Unmarshal(doc.JSON, &m); err != nil {
			panic(err)
		}
		all = append(all, m)
		answers = append(answers, answer{m})
	}
	for _, limit := range []int{3, 100} {
		for i := range users.Cities {
			answers = append(answers, filter(all, limit, func(m map[string]any) bool { return m["city"] == users.City(i) }))
		}
		byAge := slices.Clone(all)
		slices.SortStableFunc(byAge, func(a, b map[string]any) int { return cmp.Compare(a["age"].(float64), b["age"].(float64)) })
		for low := users.AgeMin; low < users.AgeMin+users.Ages; low++ {
			answers = append(answers, filter(byAge, limit, func(m map[string]any) bool {
				age := int(m["age"].(float64))
				return low <= age && age <= low+1
			}))
		}
	}
	return answers
}

func filter(docs answer, limit int, fits func(map[string]any) bool) (found answer) {
	for _, m := range docs {
		if fits(m) && len(found) < limit {
			found = append(found, m)
		}
	}
	return found
}
