package manifest

import "encoding/json"

// Check reads one of the small files, whichever it says it is, as its Decode function
// does, and returns its kind.
func Check(path string, data []byte) (Kind, error) {
	var head struct {
		Kind Kind `json:"kind"`
	}
	// What is no JSON has no kind, and DecodeDatabase says so with its place.
	_ = json.Unmarshal(data, &head)
	var err error
	switch head.Kind {
	case KindCurrent:
		_, err = DecodeCurrent(path, data)
	case KindCheckpoint:
		_, err = DecodeCheckpoint(path, data)
	case KindSnapshot:
		_, err = DecodeSnapshot(path, data)
	case KindBackup:
		_, err = DecodeBackup(path, data)
	case KindBackupEnd:
		_, err = DecodeBackupEnd(path, data)
	default:
		_, err = DecodeDatabase(path, data)
	}
	return head.Kind, err
}
