package command

import (
	"encoding/hex"
	"fmt"
	"io"
	"path/filepath"

	"github.com/aerodb/aerodb/engine/document"
	"github.com/aerodb/aerodb/engine/segment"
	"github.com/aerodb/aerodb/engine/wal"
	"github.com/spf13/cobra"
)

// inspectCommand returns `aerodb inspect`.
func inspectCommand(a *app) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "inspect",
		Short: "an annotated dump of one file, for engineers",
		Long: "Shows what one file of a database holds, piece by piece with its offset, and\n" +
			"verifies it on the way. The file may lie anywhere and be any database's; nothing\n" +
			"is changed. With --output-format json each piece is one line. Documents are not\n" +
			"shown, their sizes are. A file of another kind is refused, and named.",
		Example: "aerodb inspect manifest data/CURRENT",
		Args:    parameters(),
		RunE:    wantsSubcommand,
	}
	add := func(use, short, long, example string, run func(string) error) {
		cmd.AddCommand(&cobra.Command{Use: use + " FILE", Short: short, Long: long, Example: example, Args: parameters("FILE"),
			RunE: func(cmd *cobra.Command, args []string) error {
				if err := a.configure(cmd); err != nil {
					return err
				}
				if err := a.wantKind(cmd, cmd.CommandPath(), args[0]); err != nil {
					return err
				}
				return run(args[0])
			}})
	}
	add("wal", "the records of a log, and which rule ended them",
		"Lists the header of a log, its records with their operations, and what follows\n"+
			"the last one: by which rule the end is clean, torn or damaged. See the page on\nthe format of the log.",
		"aerodb inspect wal data/generations/000001/wal/*.wal", a.inspectWAL)
	add("segment", "the blocks of a segment",
		"Lists the blocks of a segment in the order of the file, with the keys of data\n"+
			"blocks, then the counts of its footer, and verifies all of it.",
		"aerodb inspect segment data/snapshots/*/segments/000001.seg", a.inspectSegment)
	add("manifest", "CURRENT, DATABASE, CHECKPOINT or a manifest.json",
		"Checks one of the small files, CURRENT, DATABASE, CHECKPOINT or the\n"+
			"manifest.json of a snapshot or a backup, and prints what it says with a note on\neach member.",
		"aerodb inspect manifest data/CURRENT", a.inspectManifest)
	return cmd
}

// A dump is written piece by piece: to people as lines, to programs as one JSON object
// a line.
type dump struct {
	out *output
	buf []byte
}

// piece writes one piece: text for people, members for programs.
func (d *dump) piece(text string, members ...document.Member) error {
	if d.out.format == "auto" || d.out.format == "table" {
		_, err := io.WriteString(d.out, text)
		return err
	}
	d.buf = append(document.Append(d.buf[:0], document.ObjectValue(members...)), '\n')
	_, err := d.out.Write(d.buf)
	return err
}

func textMember(name, value string) document.Member {
	return document.Member{Name: name, Value: document.StringValue(value)}
}

func numberMember(name string, value int64) document.Member {
	return document.Member{Name: name, Value: document.IntValue(value)}
}

func (a *app) inspectWAL(name string) error {
	d := &dump{out: a.out}
	info, err := wal.ReadHeader(a.env.FS, name)
	if err == nil {
		err = d.walHeader(info)
	}
	if err != nil {
		return err
	}
	var records int64
	_, report, err := wal.Inspect(a.env.FS, name, func(r wal.Record) error {
		records++
		return d.walRecord(r)
	})
	if report.Rule == 0 {
		return err
	}
	if werr := d.walEnd(info, report, records); err == nil {
		err = werr
	}
	return err
}

// walEnd says what follows the last valid record; the error that follows, if there is
// one, says why that is damage.
func (d *dump) walEnd(info wal.FileInfo, r wal.Report, records int64) error {
	text := fmt.Sprintf("end      rule %s; %d records, %d of %d bytes used, last sequence %d\n", r.Rule, records, r.Used, info.Size, r.LastSequence)
	if r.TornBytes > 0 {
		text += fmt.Sprintf("         %d torn bytes from %d on: a write that was never acknowledged; the next open cuts them\n", r.TornBytes, r.TornOffset)
	}
	if r.SurplusBytes > 0 && !r.Sealed {
		text += fmt.Sprintf("         %d bytes more than the header says: a crash while the log grew; the next open cuts them off\n", r.SurplusBytes)
	}
	return d.piece(text, textMember("piece", "end"), textMember("rule", r.Rule.String()), numberMember("records", records), numberMember("used_bytes", r.Used),
		numberMember("file_bytes", info.Size), numberMember("last_sequence", int64(r.LastSequence)), numberMember("torn_bytes", r.TornBytes), numberMember("surplus_bytes", r.SurplusBytes),
		document.Member{Name: "sealed", Value: document.BoolValue(r.Sealed)})
}

func (d *dump) walHeader(h wal.FileInfo) error {
	return d.piece(fmt.Sprintf("header   database %s, format %d, first sequence %d, %d bytes, digest before it %x\n", uuidText(h.UUID), h.FormatVersion, h.FirstSequence, h.Size, h.BaseDigest),
		textMember("piece", "header"), textMember("uuid", uuidText(h.UUID)), numberMember("format", int64(h.FormatVersion)), numberMember("first_sequence", int64(h.FirstSequence)),
		numberMember("file_bytes", h.Size), textMember("base_digest", hex.EncodeToString(h.BaseDigest[:])))
}

func (d *dump) walRecord(r wal.Record) error {
	digest := hex.EncodeToString(r.Digest[:])
	if r.Count == 0 {
		return d.piece(fmt.Sprintf("seal     %d, %d bytes: closed cleanly before sequence %d; %s\n", r.Offset, r.Bytes, r.FirstSequence, digest),
			textMember("piece", "seal"), numberMember("offset", r.Offset), numberMember("bytes", r.Bytes), numberMember("next_sequence", int64(r.FirstSequence)), textMember("digest", digest))
	}
	last := r.FirstSequence + uint64(r.Count) - 1
	text := fmt.Sprintf("record   %d, %d bytes: %d to %d; %s\n", r.Offset, r.Bytes, r.FirstSequence, last, digest)
	var ops []document.Value
	for i := range r.Ops {
		o := &r.Ops[i]
		text += fmt.Sprintf("         %d %s collection %d version %d", r.FirstSequence+uint64(i), o.Kind, o.Collection, o.Version)
		op := []document.Member{numberMember("sequence", int64(r.FirstSequence)+int64(i)), textMember("kind", o.Kind.String()), numberMember("collection", int64(o.Collection)),
			numberMember("version", int64(o.Version)), numberMember("document_bytes", int64(len(o.Document)))}
		if o.Kind != wal.Schema {
			text += fmt.Sprintf(" _id %q", o.ID)
			op = append(op, textMember("_id", string(o.ID)))
		}
		text += fmt.Sprintf(", %d bytes\n", len(o.Document))
		ops = append(ops, document.ObjectValue(op...))
	}
	return d.piece(text, textMember("piece", "record"), numberMember("offset", r.Offset), numberMember("bytes", r.Bytes), numberMember("first_sequence", int64(r.FirstSequence)),
		numberMember("last_sequence", int64(last)), textMember("digest", digest), document.Member{Name: "operations", Value: document.ArrayValue(ops...)})
}

func uuidText(u [16]byte) string {
	return fmt.Sprintf("%x-%x-%x-%x-%x", u[:4], u[4:6], u[6:8], u[8:10], u[10:])
}

func (a *app) inspectSegment(name string) error {
	d := &dump{out: a.out}
	id, r, err := segment.Inspect(a.ctx, a.env.FS, name, filepath.Base(name), func(b segment.BlockInfo) error {
		text := fmt.Sprintf("%10d  %-10s  %7d bytes, %s, %d decoded", b.Offset, b.Kind, b.Bytes, b.Codec, b.Raw)
		members := []document.Member{textMember("piece", "block"), numberMember("offset", b.Offset), textMember("kind", b.Kind), numberMember("bytes", b.Bytes), textMember("codec", b.Codec), numberMember("decoded_bytes", b.Raw)}
		switch {
		case b.Entries > 0:
			text += fmt.Sprintf("; %d entries from %s to %s", b.Entries, keyText(b.First), keyText(b.Last))
			members = append(members, numberMember("entries", b.Entries), textMember("first_key", keyText(b.First)), textMember("last_key", keyText(b.Last)))
		case b.Level > 0:
			text += fmt.Sprintf("; level %d", b.Level)
			members = append(members, numberMember("level", int64(b.Level)))
		}
		return d.piece(text+"\n", members...)
	})
	if err != nil {
		return err
	}
	return d.piece(fmt.Sprintf("footer      segment %d of database %s: %d documents, %d deleted; %d index entries, %d deleted; %d bytes in %d blocks, crc32c %08x\n",
		id.Number, uuidText(id.UUID), r.Documents, r.DocumentTombstones, r.IndexEntries, r.IndexTombstones, r.Bytes, r.Blocks, r.CRC32C),
		textMember("piece", "footer"), numberMember("number", int64(id.Number)), textMember("uuid", uuidText(id.UUID)), numberMember("documents", r.Documents),
		numberMember("document_tombstones", r.DocumentTombstones), numberMember("index_entries", r.IndexEntries), numberMember("index_tombstones", r.IndexTombstones),
		numberMember("bytes", r.Bytes), numberMember("blocks", r.Blocks), textMember("crc32c", fmt.Sprintf("%08x", r.CRC32C)))
}
