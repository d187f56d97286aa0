package repl

import "context"

// pagerDefault is the pager where none is named, pagerOff the name of none.
const (
	pagerDefault = "less"
	pagerOff     = "off"
)

// setPager is .pager.
func (c *console) setPager(_ context.Context, rest string) error {
	switch rest {
	case "":
		switch {
		case c.pager != "":
			c.note("what is longer than the screen goes through: %s", c.pager)
		case c.page:
			c.note("what is longer than the screen is abridged; .all goes through: %s", pagerDefault)
		default:
			c.note("what is longer than the screen is abridged; there is no pager")
		}
	case "on":
		c.page = true
		if c.pager = c.o.Pager; c.pager == "" || c.pager == pagerOff {
			c.pager = pagerDefault
		}
	case pagerOff:
		c.pager, c.page = "", false
	default:
		c.pager, c.page = rest, true
	}
	return nil
}
