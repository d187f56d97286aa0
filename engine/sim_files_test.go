package engine_test

import (
	"bytes"
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"log/slog"
	"path"
	"slices"
	"strings"
	"time"

	"github.com/aerodb/aerodb/engine"
	"github.com/aerodb/aerodb/engine/blockcache"
	"github.com/aerodb/aerodb/engine/digest"
	"github.com/aerodb/aerodb/engine/manifest"
	"github.com/aerodb/aerodb/engine/merge"
	"github.com/aerodb/aerodb/engine/segment"
	"github.com/aerodb/aerodb/engine/vfs"
)

// currentOf returns what CURRENT says, and the folder of the live generation.
func currentOf(img *vfs.Mem) (manifest.Current, string, error) {
	data, err := vfs.ReadFile(img, dataDir+"/CURRENT", 1<<20)
	if err != nil {
		return manifest.Current{}, "", err
	}
	c, err := manifest.DecodeCurrent("CURRENT", data)
	return c, dataDir + "/generations/" + c.Generation, err
}

// inside lists the files in the data directory.
func inside(img *vfs.Mem) []string {
	return slices.DeleteFunc(img.Files(), func(name string) bool { return !strings.HasPrefix(name, dataDir+"/") })
}

// leaveOut leaves out of have what a checkpoint had removed from the generation that
// is kept and a power cut brought back. It goes with that generation, or at its first
// open.
func leaveOut(have []string, previous string, want []string) []string {
	segments, logs := dataDir+"/generations/"+previous+"/segments/", dataDir+"/generations/"+previous+"/wal/"
	return slices.DeleteFunc(have, func(name string) bool {
		return previous != "" && (strings.HasPrefix(name, segments) || strings.HasPrefix(name, logs)) && !slices.Contains(want, name)
	})
}

// A fileLog collects what a database logs about files, as "event file".
type fileLog struct{ lines []string }

func (l *fileLog) logger() *slog.Logger { return slog.New(l) }

func (l *fileLog) Enabled(_ context.Context, level slog.Level) bool { return level >= slog.LevelWarn }

func (l *fileLog) Handle(_ context.Context, r slog.Record) error {
	r.Attrs(func(a slog.Attr) bool {
		if a.Key == "file" {
			l.lines = append(l.lines, r.Message+" "+a.Value.String())
		}
		return true
	})
	return nil
}

func (l *fileLog) WithAttrs([]slog.Attr) slog.Handler { return l }
func (l *fileLog) WithGroup(string) slog.Handler      { return l }

// told checks that an open reported and logged all that it removed or cut, and that
// it changed nothing else of what was there.
func told(db *engine.DB, log *fileLog, before, after *vfs.Mem) error {
	r := db.Recovery()
	for _, name := range r.Swept {
		if !slices.Contains(log.lines, "recovery.swept "+name) {
			return fmt.Errorf("the log does not name %s, which was swept; it has %q", name, log.lines)
		}
	}
	if r.TornBytes > 0 && !slices.Contains(log.lines, "recovery.torn_tail "+r.TornFile) {
		return fmt.Errorf("the log does not name the torn end of %s", r.TornFile)
	}
	if r.LogSurplus > 0 && !slices.Contains(log.lines, "recovery.log_shortened "+r.LogFile) {
		return fmt.Errorf("the log does not say that %s was shortened", r.LogFile)
	}
	there := inside(after)
	for _, name := range inside(before) {
		rest := strings.TrimPrefix(name, dataDir+"/")
		covered := slices.ContainsFunc(r.Swept, func(s string) bool { return rest == s || strings.HasPrefix(rest, s+"/") })
		_, found := slices.BinarySearch(there, name)
		switch {
		case found == covered:
			return fmt.Errorf("%s was there, is there: %t; the report says it was swept: %t", name, found, covered)
		case !found || rest == "LOCK":
			continue
		}
		was, is := content(before, name), content(after, name)
		if rest == r.LogFile {
			was = was[:int64(len(was))-r.LogSurplus]
		}
		if rest == r.TornFile {
			clear(was[r.TornOffset:min(r.TornOffset+r.TornBytes, int64(len(was)))])
		}
		if !bytes.Equal(was, is) {
			return fmt.Errorf("%s was changed, and the report does not say so", name)
		}
	}
	return nil
}

// outside checks the backup that lies beside the data directory: there is a whole one
// or none.
func (o oracle) outside(img *vfs.Mem) error {
	data, err := vfs.ReadFile(img, backupName, 1<<20)
	if vfs.IsNotExist(err) {
		return nil
	}
	if err != nil {
		return err
	}
	info, err := engine.InspectBackup(ctx, bytes.NewReader(data), backupName, func() time.Time { return time.Time{} }, nil)
	if err != nil {
		return err
	}
	if want := o.s.history[info.Sequence]; !slices.Contains(want, info.Digest.String()) {
		return fmt.Errorf("the backup at sequence %d has the digest %s, it was %q", info.Sequence, info.Digest, want)
	}
	return nil
}

// openSnapshots opens each listed snapshot where it lies.
func (o oracle) openSnapshots(db *engine.DB, img *vfs.Mem) error {
	list, err := db.Snapshots()
	if err != nil {
		return err
	}
	for _, info := range list {
		options := o.s.options(img)
		options.Dir = info.Path
		before := img.Hash()
		snap, err := engine.Open(ctx, options)
		if err != nil {
			return fmt.Errorf("snapshot %s: %w", info.ID, err)
		}
		found, err := observe(snap)
		if err == nil && found.digest() != info.Digest.String() {
			err = fmt.Errorf("snapshot %s opens with digest %s, it was taken with %s", info.ID, found.digest(), info.Digest)
		}
		if cerr := snap.Close(); err == nil {
			err = cerr
		}
		if err == nil && img.Hash() != before {
			err = errors.New("opening a snapshot changed a byte")
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// files checks that the files there are those that something names, and that
// every snapshot is whole.
func (o oracle) files(db *engine.DB, img *vfs.Mem) error {
	current, genDir, err := currentOf(img)
	if err != nil {
		return err
	}
	data, err := vfs.ReadFile(img, genDir+"/CHECKPOINT", 1<<20)
	if err != nil {
		return err
	}
	m, err := manifest.DecodeCheckpoint("CHECKPOINT", data)
	if err != nil {
		return err
	}
	want := []string{dataDir + "/CURRENT", genDir + "/CHECKPOINT", genDir + "/DATABASE", genDir + "/wal/" + m.WAL.File}
	if !db.ReadOnly() || slices.Contains(img.Files(), dataDir+"/LOCK") {
		want = append(want, dataDir+"/LOCK")
	}
	schemas, err := db.Schemas()
	if err != nil {
		return err
	}
	for _, s := range schemas {
		want = append(want, genDir+"/metadata/schemas/"+s.ID+"_"+s.Version+".json")
	}
	for _, s := range m.Segments {
		want = append(want, genDir+"/segments/"+segment.FileName(s.Number))
	}
	list, err := db.Snapshots()
	if err != nil {
		return err
	}
	named := m.Snapshot == ""
	for _, info := range list {
		names, err := o.snapshot(img, info)
		if err != nil {
			return fmt.Errorf("snapshot %s: %w", info.ID, err)
		}
		want = append(want, names...)
		named = named || info.ID == m.Snapshot
	}
	if current.Previous != "" {
		for name, data := range o.s.kept {
			if !bytes.Equal(content(img, name), data) {
				return fmt.Errorf("%s of the generation that is kept has changed", name)
			}
			want = append(want, name)
		}
	}
	slices.Sort(want)
	if have := inside(img); !slices.Equal(leaveOut(have, current.Previous, want), want) {
		return fmt.Errorf("there are the files\n\t%s\nwanted\n\t%s", strings.Join(have, "\n\t"), strings.Join(want, "\n\t"))
	}
	if !named {
		return fmt.Errorf("CHECKPOINT names snapshot %s, which is not there", m.Snapshot)
	}
	return nil
}

// snapshot checks one snapshot by its manifest and returns its files.
func (o oracle) snapshot(img *vfs.Mem, info engine.SnapshotInfo) ([]string, error) {
	if o.s.now.removed[info.ID] {
		return nil, errors.New("it was removed")
	}
	dir := dataDir + "/snapshots/" + info.ID
	data, err := vfs.ReadFile(img, dir+"/manifest.json", 1<<20)
	if err != nil {
		return nil, err
	}
	m, err := manifest.DecodeSnapshot("manifest.json", data)
	if err != nil {
		return nil, err
	}
	if want := o.s.history[m.Sequence]; !slices.Contains(want, info.Digest.String()) || info.Sequence != m.Sequence {
		return nil, fmt.Errorf("its digest is %s, at sequence %d it was %q", info.Digest, m.Sequence, want)
	}
	identity, err := vfs.ReadFile(img, dir+"/DATABASE", 1<<20)
	if err != nil {
		return nil, err
	}
	if d, err := manifest.DecodeDatabase("DATABASE", identity); err != nil || d.UUID != m.UUID {
		return nil, fmt.Errorf("its DATABASE is of %q, %w", d.UUID, err)
	}
	names := []string{dir + "/DATABASE", dir + "/manifest.json"}
	for _, s := range m.Schemas {
		names = append(names, dir+"/schemas/"+s.File)
		text, err := vfs.ReadFile(img, dir+"/schemas/"+s.File, 1<<20)
		if err != nil || int64(len(text)) != s.Bytes {
			return nil, fmt.Errorf("schema %s has %d bytes, %w", s.File, len(text), err)
		}
	}
	walked, err := walkSnapshot(img, dir, m)
	if err == nil && walked != info.Digest {
		err = fmt.Errorf("its documents have the digest %s, it says %s", walked, info.Digest)
	}
	for _, s := range m.Segments {
		names = append(names, dir+"/segments/"+segment.FileName(s.Number))
	}
	return names, err
}

// walkSnapshot verifies the segments of a snapshot and sums up its documents.
func walkSnapshot(img *vfs.Mem, dir string, m manifest.Manifest) (sum digest.Sum, err error) {
	var runs []merge.Iterator
	cache := blockcache.New(64 << 10)
	for _, e := range m.Segments {
		name := path.Join(dir, "segments", segment.FileName(e.Number))
		s, err := segment.Open(img, name, name, segment.ID{UUID: uuidOf(m.UUID), Number: e.Number}, e.Bytes, cache)
		if err != nil {
			return sum, err
		}
		defer s.Unref()
		if v, err := s.Verify(context.Background(), nil); err != nil || v.Info.CRC32C != e.CRC32C {
			return sum, fmt.Errorf("%s has the checksum %08x, want %08x, %w", name, v.Info.CRC32C, e.CRC32C, err)
		}
		runs = append(runs, s.NewIter())
	}
	it := merge.NewLive(0, runs...)
	defer it.Close()
	var h digest.Hasher
	for ok := it.First(); ok && it.Key()[0] == 1; ok = it.Next() {
		k := it.Key()
		for _, s := range m.Schemas {
			if int(s.Collection) == int(k[1])<<8|int(k[2]) && int(s.Version) == int(k[3])<<8|int(k[4]) {
				sum = sum.Add(h.Document(s.SchemaID, s.SchemaVersion, k[5:], it.Value()))
			}
		}
	}
	return sum, it.Err()
}

func uuidOf(s string) (uuid [16]byte) {
	b, _ := hex.DecodeString(strings.ReplaceAll(s, "-", "")) // of a manifest that was read
	copy(uuid[:], b)
	return uuid
}
