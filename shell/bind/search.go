package bind

import (
	"fmt"
	"strings"

	"github.com/aerodb/aerodb/engine/dberr"
	"github.com/aerodb/aerodb/engine/suggest"
)

// search lists what holds all of the words: in its name first, then in its text.
func (m Manual) search(topic string) (text string, found bool) {
	words := strings.Fields(strings.ToLower(topic))
	var inName, inText strings.Builder
	look := func(name, call, summary, text string) {
		switch {
		case len(words) == 0:
		case holdsAll(name, words):
			line(&inName, "", call, summary)
		case holdsAll(name+" "+text, words):
			line(&inText, "", call, summary)
		}
	}
	for _, module := range m.Registry {
		for i := range module.Funcs {
			f := &module.Funcs[i]
			look(module.Qualified(f), module.Signature(f), f.Summary(), module.explain(f))
		}
	}
	for i := range m.Topics {
		t := &m.Topics[i]
		look(t.Name, helpCall(t.Name), t.Summary, t.Summary+" "+t.Text)
	}
	for _, row := range dberr.Table {
		look(string(row.Code), string(row.Code), row.Meaning, explainCode(string(row.Code)))
	}
	if all := inName.String() + inText.String(); all != "" {
		return strings.TrimSuffix(all, "\n"), true
	}
	return fmt.Sprintf("nothing is known about %q%s\nhelp() lists what there is.", topic, suggest.DidYouMean(topic, m.words())), false
}

func holdsAll(text string, words []string) bool {
	text = strings.ToLower(text)
	for _, w := range words {
		if !strings.Contains(text, w) {
			return false
		}
	}
	return true
}

// words are the names that a mistyped topic may mean, functions also without their module.
func (m Manual) words() []string {
	var words []string
	for _, module := range m.Registry {
		for i := range module.Funcs {
			words = append(words, module.Funcs[i].Name)
		}
	}
	return append(words, m.Names()...) // of equally near words the first is suggested
}
