package engine

// openStackBytes is more than Open, and a get behind it, use.
const openStackBytes = 8 << 10

// growStack makes the goroutine's stack grow now, by what Open is going to use. In a process
// that has just begun, the runtime would double it on the way, and look up for each frame that
// is there by then what of it points to the stack: 20 us of a start of 1.4 ms.
//
// The call alone does it, since a function asks for the room of all its variables when it
// begins. What it returns says nothing.
//
//go:noinline
func growStack(n int) byte {
	if n == 0 {
		return 0
	}
	var room [openStackBytes]byte
	return room[n]
}
