package engine_test

import (
	"bufio"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"strconv"
	"testing"

	"github.com/aerodb/aerodb/engine"
)

const killedDirVariable = "AERODB_TEST_KILLED_DIR"

func killOptions(dir string) engine.Options {
	return engine.Options{Dir: dir, WALMaxSize: engine.WALSizeMin} // so that checkpoints are frequent
}

// TestKilledChild is the child of TestKill: it inserts until it is killed, and
// prints what was acknowledged.
func TestKilledChild(t *testing.T) {
	dir := os.Getenv(killedDirVariable)
	if dir == "" {
		t.Skip("runs as a child of TestKill only")
	}
	db := mustOpen(t, killOptions(dir))
	c := people(t, db)
	n, err := c.Count()
	mustDo(t, err)
	for ; ; n++ {
		mustDo(t, c.Insert(fmt.Appendf(nil, `{"_id":"%06d","name":"somebody","age":%d}`, n, n)))
		fmt.Printf("acked %d\n", n)
	}
}

// TestKill kills a real process on a real file system, again and again on the same
// database, after so many acknowledged writes; the seed is fixed, the moment within a
// write is not.
func TestKill(t *testing.T) {
	rounds := 30
	if *crashLong {
		rounds = 1000
	}
	dir := t.TempDir() + "/data"
	mustInit(t, killOptions(dir))
	random := rand.New(rand.NewPCG(1, 2))
	acked := int64(0)
	for round := range rounds {
		acked = max(acked, insertAndKill(t, dir, 1+random.IntN(40)))
		db := mustOpen(t, killOptions(dir))
		found, err := observe(db)
		mustDo(t, err)
		if n := int64(len(found.docs)); n < acked || n > acked+1000 {
			t.Fatalf("round %d: %d documents, %d were acknowledged", round, n, acked)
		}
		for i := range acked {
			if found.docs[fmt.Sprintf("person v1 %06d", i)] == "" {
				t.Fatalf("round %d: document %d was acknowledged and is gone", round, i)
			}
		}
		if u := db.Recovery().Unknown; len(u) > 0 {
			t.Fatalf("round %d: unknown files %q", round, u)
		}
		mustDo(t, db.Close())
	}
	t.Logf("%d rounds, %d documents", rounds, acked)
}

// insertAndKill starts a child, kills it once it printed so many lines, and returns
// how many documents there were acknowledged by then.
func insertAndKill(t *testing.T, dir string, lines int) (acked int64) {
	t.Helper()
	cmd := exec.Command(os.Args[0], "-test.run=^TestKilledChild$")
	cmd.Env = append(os.Environ(), killedDirVariable+"="+dir)
	out, err := cmd.StdoutPipe()
	mustDo(t, err)
	mustDo(t, cmd.Start())
	in := bufio.NewScanner(out)
	for in.Scan() {
		text := in.Text()
		if len(text) < 7 || text[:6] != "acked " {
			continue
		}
		n, err := strconv.ParseInt(text[6:], 10, 64)
		if err != nil {
			continue
		}
		acked = n + 1
		if lines--; lines == 0 {
			mustDo(t, cmd.Process.Kill())
		}
	}
	if err := cmd.Wait(); err == nil || lines > 0 {
		t.Fatalf("the child ended by itself: %v", err)
	}
	return acked
}
