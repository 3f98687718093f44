// Verifies a log that Filon published, with the Go project's own code and none of ours.
//
// usage: verify FOLDER VKEY
//
// It opens the signed checkpoint with sumdb/note, makes every leaf hash again from the entry bundles, compares it with the
// hash that sumdb/tlog reads, authenticated, from the tiles, and recomputes the tree. Exit 0: all fits; 1: it says what does not.
package main

import (
	"encoding/binary"
	"fmt"
	"os"
	"path/filepath"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

const height = 8

type folder string

func (f folder) Height() int { return height }

// ReadTiles maps tlog's tile names (tile/8/0/x001/067) to those of tlog-tiles (tile/0/x001/067).
func (f folder) ReadTiles(tiles []tlog.Tile) ([][]byte, error) {
	var all [][]byte
	for _, t := range tiles {
		data, err := os.ReadFile(filepath.Join(string(f), "tile", t.Path()[len("tile/8/"):]))
		if err != nil {
			return nil, err
		}
		if len(data) != t.W*tlog.HashSize {
			return nil, fmt.Errorf("%s has %d bytes", t.Path(), len(data))
		}
		all = append(all, data)
	}
	return all, nil
}

func (f folder) SaveTiles([]tlog.Tile, [][]byte) {}

func (f folder) entries(size int64, each func(int64, []byte) error) error {
	for first := int64(0); first < size; first += 256 {
		t := tlog.Tile{H: height, L: -1, N: first / 256, W: int(min(256, size-first))}
		data, err := os.ReadFile(filepath.Join(string(f), "tile/entries", t.Path()[len("tile/8/data/"):]))
		if err != nil {
			return err
		}
		for i := first; i < first+int64(t.W); i++ {
			if len(data) < 2 || len(data)-2 < int(binary.BigEndian.Uint16(data)) {
				return fmt.Errorf("entry %d is cut off", i)
			}
			n := int(binary.BigEndian.Uint16(data))
			if err := each(i, data[2:2+n]); err != nil {
				return err
			}
			data = data[2+n:]
		}
		if len(data) != 0 {
			return fmt.Errorf("bundle at %d is too long", first)
		}
	}
	return nil
}

func verify(dir, vkey string) error {
	verifier, err := note.NewVerifier(vkey)
	if err != nil {
		return err
	}
	msg, err := os.ReadFile(filepath.Join(dir, "checkpoint"))
	if err != nil {
		return err
	}
	n, err := note.Open(msg, note.VerifierList(verifier))
	if err != nil {
		return err
	}
	var origin, hash string
	var size int64
	if _, err := fmt.Sscanf(n.Text, "%s\n%d\n%s\n", &origin, &size, &hash); err != nil {
		return err
	}
	root, err := tlog.ParseHash(hash)
	if err != nil {
		return err
	}
	reader := tlog.TileHashReader(tlog.Tree{N: size, Hash: root}, folder(dir))
	var stored []tlog.Hash
	grown := tlog.HashReaderFunc(func(indexes []int64) ([]tlog.Hash, error) {
		var hashes []tlog.Hash
		for _, i := range indexes {
			hashes = append(hashes, stored[i])
		}
		return hashes, nil
	})
	var pending []int64
	var leaves []tlog.Hash
	flush := func() error {
		served, err := reader.ReadHashes(pending)
		if err != nil {
			return err
		}
		for i := range served {
			if served[i] != leaves[i] {
				return fmt.Errorf("entry does not fit its served hash, stored index %d", pending[i])
			}
		}
		pending, leaves = nil, nil
		return nil
	}
	err = folder(dir).entries(size, func(i int64, data []byte) error {
		hashes, err := tlog.StoredHashes(i, data, grown)
		if err != nil {
			return err
		}
		stored = append(stored, hashes...)
		pending = append(pending, tlog.StoredHashIndex(0, i))
		leaves = append(leaves, tlog.RecordHash(data))
		if len(pending) == 4096 || i == size-1 {
			return flush()
		}
		return nil
	})
	if err != nil {
		return err
	}
	again, err := tlog.TreeHash(size, grown)
	if err != nil {
		return err
	}
	if again != root {
		return fmt.Errorf("the entries give the root %v, the checkpoint says %v", again, root)
	}
	fmt.Printf("%s: %d entries, root %v\n", origin, size, root)
	return nil
}

func main() {
	if err := verify(os.Args[1], os.Args[2]); err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
}
