package config

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/aerodb/aerodb/engine/dberr"
	"github.com/aerodb/aerodb/engine/suggest"
)

// Wants says what a value of the key looks like, for messages and the
// reference page.
func (k *Key) Wants() string {
	switch k.Kind {
	case Path:
		return "a path"
	case Size:
		return fmt.Sprintf(`a size such as "64MiB", from %s to %s`, FormatSize(k.Min), FormatSize(k.Max))
	case Int:
		return fmt.Sprintf("a whole number from %d to %d", k.Min, k.Max)
	case Enum:
		return "one of " + strings.Join(k.Choices, ", ")
	case List:
		return "a list of texts"
	}
	return "a text"
}

// parse reads a value from its text. The message of an error begins with the
// value; the caller puts before it what the value was meant for.
func (k *Key) parse(text string) (value, *dberr.Error) {
	switch k.Kind {
	case Size:
		n, err := ParseSize(text)
		if err != nil {
			return value{}, k.invalid(strconv.Quote(text))
		}
		return value{n: n}, nil
	case Int:
		n, err := strconv.ParseInt(text, 10, 64)
		if err != nil {
			return value{}, k.invalid(strconv.Quote(text))
		}
		return value{n: n}, nil
	case List:
		if text == "" {
			return value{}, nil
		}
		return value{list: strings.Split(text, ",")}, nil
	}
	return value{text: text}, nil
}

// parseTOML reads a value of the type TOML gave it. Nothing is coerced: a
// number is not a text and a text is not a number, except that a size may be a
// plain number of bytes.
func (k *Key) parseTOML(v any) (value, *dberr.Error) {
	switch v := v.(type) {
	case string:
		if k.Kind != Int && k.Kind != List {
			return k.parse(v)
		}
		return value{}, k.invalid(strconv.Quote(v))
	case int64:
		if k.Kind == Int || k.Kind == Size {
			return value{n: v}, nil
		}
	case []any:
		if k.Kind == List {
			return k.parseList(v)
		}
	}
	return value{}, k.invalid(describe(v))
}

// parseList reads the elements of a TOML array.
func (k *Key) parseList(elements []any) (value, *dberr.Error) {
	list := make([]string, 0, len(elements))
	for _, e := range elements {
		s, ok := e.(string)
		if !ok {
			return value{}, k.invalid("a list with " + describe(e) + " in it")
		}
		list = append(list, s)
	}
	return value{list: list}, nil
}

// describe names a TOML value in a message.
func describe(v any) string {
	switch v := v.(type) {
	case string:
		return strconv.Quote(v)
	case int64, float64, bool:
		return fmt.Sprint(v)
	case map[string]any:
		return "a table"
	case []any, []map[string]any:
		return "a list"
	}
	return "a date or time"
}

// invalid is the error for a value that is not of the key's kind.
func (k *Key) invalid(got string) *dberr.Error {
	return dberr.New(dberr.ConfigInvalid, "%s: %s is wanted", got, k.Wants())
}

// check refuses values that are of the right kind and still not allowed.
func (k *Key) check(v value) *dberr.Error {
	switch k.Kind {
	case Path:
		if v.text == "" {
			return k.invalid(`""`)
		}
	case Enum:
		return k.checkChoice(v.text)
	case Size:
		if v.n < k.Min || v.n > k.Max {
			return k.unsafe(FormatSize(v.n))
		}
	case Int:
		if v.n < k.Min || v.n > k.Max {
			return k.unsafe(strconv.FormatInt(v.n, 10))
		}
	case List:
		for _, s := range v.list {
			if s == "" {
				return k.invalid("a list with an empty text in it")
			}
		}
	}
	if strings.ContainsRune(v.text+strings.Join(v.list, ""), 0) {
		return k.invalid("a text with a NUL character")
	}
	return nil
}

// checkChoice refuses a text that is not one of the key's choices.
func (k *Key) checkChoice(text string) *dberr.Error {
	for _, c := range k.Choices {
		if c == text {
			return nil
		}
	}
	err := k.invalid(strconv.Quote(text))
	if near := suggest.Nearest(text, k.Choices); near != "" {
		return err.WithHint("did you mean %q?", near)
	}
	return err
}

// unsafe is the error for a number outside its bounds.
func (k *Key) unsafe(got string) *dberr.Error {
	err := dberr.New(dberr.ConfigUnsafe, "%s is outside its bounds: %s is wanted", got, k.Wants())
	return err.WithHint("%s", k.Why)
}
