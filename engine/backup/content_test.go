package backup

import (
	"bytes"
	"context"
	"testing"
)

// An archive whose closing record is right, and one entry of which is not what the
// manifest says, is refused before that entry is taken.
func TestContentIsHeldToTheManifest(t *testing.T) {
	whole := newSample([]string{"quake v1"}, 1000, 512)
	for name := range whole.files {
		s := newSample([]string{"quake v1"}, 1000, 512)
		s.files[name] = bytes.Clone(s.files[name])
		s.files[name][100%len(s.files[name])] ^= 1
		s.seal() // so that it can be written; its manifest is not
		var b bytes.Buffer
		if _, err := write(context.Background(), &b, whole.m.Encode(), Entries(s.m), s.open, nil); err != nil {
			t.Fatal(err)
		}
		sink, e := refused(t, b.Bytes(), name)
		if _, taken := sink.committed[name]; taken || e.Details[0].Value != name {
			t.Errorf("%s: taken %t, %v", name, taken, e)
		}
	}
}
