package command

import (
	"fmt"
	"io"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/aerodb/aerodb/engine"
)

// A page is what a person sees of the stats: lines that fit a terminal.
type page []string

func (p *page) add(name, format string, args ...any) {
	*p = append(*p, fmt.Sprintf("%-11s %s", name, fmt.Sprintf(format, args...)))
}

func (p page) write(w io.Writer) {
	for _, line := range p {
		fmt.Fprintln(w, line)
	}
}

// fit returns the page as it fits a screen of so many rows, with one left for the cursor:
// what is more would push the top out of sight. 0 is no bound.
func (p page) fit(rows int) page {
	most := max(rows-1, 1)
	if rows <= 0 || len(p) <= most {
		return p
	}
	left := count(int64(len(p)-most+1), "more line")
	return append(p[:most-1:most-1], "... and "+left+" than the window has room for")
}

// statsPage lays the stats out. own says that the process that looks is the one that
// works: its cache and its recovery mean something.
func (a *app) statsPage(l look, own bool) page {
	var p page
	s := &l.stats
	p.add("database", "%s, %s", a.config.DataDir, l.identity.UUID)
	p.add("documents", "%s in %s, %s", count(s.DocumentCount, "document"), count(int64(len(s.Collections)), "collection"), count(s.SchemaCount, "schema version"))
	p.add("state", "sequence %d, digest %s...", s.WALSequence, s.Digest.String()[:16])
	p.add("log", "%s of %s", bar(s.WALSizeBytes, s.WALLimitBytes), bytesText(s.WALLimitBytes))
	basis := "by the rate of the last replay"
	if !s.RecoveryRateMeasured {
		basis = "by a cautious rate; none was measured yet"
	}
	p.add("recovery", "%s at the next open, %s", durationText(s.PredictedRecovery), basis)
	if own {
		hits := ""
		if rate, any := s.CacheHitRate(); any {
			hits = fmt.Sprintf(", %.1f%% hits", 100*rate)
		}
		p.add("cache", "%s of %s%s", bar(s.CacheSizeBytes, s.CacheLimitBytes), bytesText(s.CacheLimitBytes), hits)
		p.add("memtable", "%s", bytesText(s.MemtableSizeBytes))
	}
	p.add("segments", "%d, %s, of it indexes %s; a read looks into %d at most", s.SegmentCount, bytesText(s.StorageSizeBytes), bytesText(s.IndexSizeBytes), s.ReadAmplification)
	for _, c := range s.SegmentClasses {
		p.add("", "up to %-9s %3d  %s", bytesText(c.UpToBytes), c.Segments, bytesText(c.Bytes))
	}
	if s.DeadDocuments+s.Tombstones > 0 {
		p.add("dead", "%s replaced, %s, about %s", count(s.DeadDocuments, "document"), count(s.Tombstones, "deletion mark"), bytesText(s.DeadBytesEstimated))
	}
	p.add("snapshots", "%d", s.SnapshotCount)
	if own && s.RecoveryWALRecords+s.RecoveryTornBytes > 0 {
		p.add("this open", "%s, %s replayed, %d torn bytes cut", durationText(s.RecoveryDuration), count(s.RecoveryWALRecords, "record"), s.RecoveryTornBytes)
	}
	p = append(p, "")
	for _, op := range lastOperations {
		p.addLast(l, op, a.env.Now())
	}
	p = append(p, "")
	for i := range s.Collections {
		p.addCollection(&s.Collections[i], a.env.Width())
	}
	return p
}

// addCollection adds a collection and what it is indexed by, with what each takes of the
// segments.
func (p *page) addCollection(c *engine.CollectionStats, width int) {
	versions := make([]string, len(c.Versions))
	for i, v := range c.Versions {
		versions[i] = fmt.Sprintf("%s %d", v.Version, v.Documents)
	}
	size := ""
	if c.SizesKnown {
		size = ", " + bytesText(c.DocumentBytes())
	}
	p.add("collection", "%s: %s (%s)%s", c.Name, count(c.Documents, "document"), strings.Join(versions, ", "), size)
	indexes := []string{"_id"}
	for _, x := range c.IndexSizes() {
		text := x.Field
		if c.SizesKnown {
			text += " " + bytesText(x.Bytes)
		}
		indexes = append(indexes, text)
	}
	p.addList("  indexes", indexes, width)
}

// addList adds words with commas, on as many lines as they need; width 0 is one line.
func (p *page) addList(name string, words []string, width int) {
	const indent = 12
	line := ""
	for i, word := range words {
		if i < len(words)-1 {
			word += ","
		}
		if line != "" && width > 0 && indent+utf8.RuneCountInString(line)+1+utf8.RuneCountInString(word) > width {
			p.add(name, "%s", line)
			name, line = "", ""
		}
		if line != "" {
			line += " "
		}
		line += word
	}
	p.add(name, "%s", line)
}

// lastOperations are the operations that the page tells the last of.
var lastOperations = []engine.Operation{engine.OpCheckpoint, engine.OpSnapshot, engine.OpBackup, engine.OpDrill, engine.OpVerify}

// addLast adds how long ago an operation was, how long it took, and how long the ones
// before it took.
func (p *page) addLast(l look, op engine.Operation, now time.Time) {
	var took []int64
	var last *engine.HistoryEntry
	for i := range l.history {
		if e := &l.history[i]; e.Op == op {
			last, took = e, append(took, e.Duration.Microseconds())
		}
	}
	at := l.stats.LastCheckpointTime
	switch {
	case op == engine.OpCheckpoint && at != nil && (last == nil || last.Time.Before(*at)):
		p.add(string(op), "%s ago, by a full log%s", ageText(now.Sub(*at)), sparkline(took))
	case last == nil:
		p.add(string(op), "never")
	default:
		size := ""
		if last.Bytes > 0 {
			size = ", " + bytesText(last.Bytes)
		}
		p.add(string(op), "%s ago, took %s%s%s", ageText(now.Sub(last.Time)), durationText(last.Duration), size, sparkline(took))
	}
}

const barCells = 20

// bar draws how much of a bound is used, with the share and the size: "[####      ]  20% 12.8 MiB".
func bar(used, bound int64) string {
	share := float64(used) / float64(max(bound, 1))
	full := min(int(share*barCells+0.5), barCells)
	return fmt.Sprintf("[%s%s] %3.0f%% %s", strings.Repeat("#", full), strings.Repeat(" ", barCells-full), share*100, bytesText(used))
}

// sparkCells is how many of the last operations a sparkline shows.
const sparkCells = 16

// sparkline draws the last of a list of numbers as columns, the highest as high as a
// line; with less than two there is nothing to compare.
func sparkline(numbers []int64) string {
	const columns = "▁▂▃▄▅▆▇█"
	if len(numbers) < 2 {
		return ""
	}
	numbers = numbers[max(0, len(numbers)-sparkCells):]
	var highest int64 = 1
	for _, n := range numbers {
		highest = max(highest, n)
	}
	steps := []rune(columns)
	line := make([]rune, len(numbers))
	for i, n := range numbers {
		line[i] = steps[n*int64(len(steps)-1)/highest]
	}
	return "  " + string(line)
}

// ageText writes an age for a person; a clock that stepped back makes it no age.
func ageText(d time.Duration) string {
	d = max(d, 0)
	switch {
	case d < time.Minute:
		return fmt.Sprintf("%d s", d/time.Second)
	case d < 2*time.Hour:
		return fmt.Sprintf("%d min", d/time.Minute)
	case d < 48*time.Hour:
		return fmt.Sprintf("%d h", d/time.Hour)
	}
	return fmt.Sprintf("%d days", d/(24*time.Hour))
}
