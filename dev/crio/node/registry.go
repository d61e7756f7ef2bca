package main

import (
	"archive/tar"
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"io/fs"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"runtime"
	"strings"
)

const (
	manifestType = "application/vnd.oci.image.manifest.v1+json"
	configType   = "application/vnd.oci.image.config.v1+json"
	layerType    = "application/vnd.oci.image.layer.v1.tar"
)

// registry serves images by the distribution API of the OCI: what is below /v2/, by its path.
type registry map[string]blob

type blob struct {
	kind string
	data []byte
}

// serve answers with the address.
func (r registry) serve() (string, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	go http.Serve(listener, r)
	return listener.Addr().String(), nil
}

func (r registry) ServeHTTP(w http.ResponseWriter, request *http.Request) {
	found, ok := r[strings.TrimPrefix(request.URL.Path, "/v2/")]
	if !ok && request.URL.Path != "/v2/" {
		http.NotFound(w, request)
		return
	}
	w.Header().Set("Content-Type", found.kind)
	w.Header().Set("Content-Length", fmt.Sprint(len(found.data)))
	w.Write(found.data)
}

type descriptor struct {
	MediaType string `json:"mediaType"`
	Digest    string `json:"digest"`
	Size      int    `json:"size"`
}

// add has the tree of a directory as the image NAME:1, of two layers: the directories, and then the rest.
func (r registry) add(name, root string) error {
	var layers []descriptor
	var ids []string
	for _, directories := range []bool{true, false} {
		layer, err := pack(root, directories)
		if err != nil {
			return err
		}
		packed := r.put(name, layerType, layer)
		layers, ids = append(layers, packed), append(ids, packed.Digest)
	}
	config, err := json.Marshal(map[string]any{
		"os": "linux", "architecture": runtime.GOARCH,
		"config": map[string]any{"Env": []string{"PATH=/bin", "IMAGE=" + name}},
		"rootfs": map[string]any{"type": "layers", "diff_ids": ids},
	})
	if err != nil {
		return err
	}
	manifest, err := json.Marshal(map[string]any{
		"schemaVersion": 2, "mediaType": manifestType, "config": r.put(name, configType, config), "layers": layers,
	})
	if err != nil {
		return err
	}
	digest := r.put(name, manifestType, manifest).Digest
	for _, tag := range []string{"1", digest} {
		r[name+"/manifests/"+tag] = blob{manifestType, manifest}
	}
	return nil
}

func (r registry) put(name, kind string, data []byte) descriptor {
	digest := fmt.Sprintf("sha256:%x", sha256.Sum256(data))
	r[name+"/blobs/"+digest] = blob{kind, data}
	return descriptor{kind, digest, len(data)}
}

// pack has the directories of a tree, or what is in them, as a tar archive.
func pack(root string, directories bool) ([]byte, error) {
	var packed bytes.Buffer
	w := tar.NewWriter(&packed)
	err := filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || path == root || entry.IsDir() != directories {
			return err
		}
		return packOne(w, root, path, entry)
	})
	if err != nil {
		return nil, err
	}
	return packed.Bytes(), w.Close()
}

func packOne(w *tar.Writer, root, path string, entry fs.DirEntry) error {
	info, err := entry.Info()
	if err != nil {
		return err
	}
	link := ""
	if info.Mode()&fs.ModeSymlink != 0 {
		if link, err = os.Readlink(path); err != nil {
			return err
		}
	}
	header, err := tar.FileInfoHeader(info, link)
	if err != nil {
		return err
	}
	if header.Name, err = filepath.Rel(root, path); err != nil {
		return err
	}
	if err := w.WriteHeader(header); err != nil || !info.Mode().IsRegular() {
		return err
	}
	data, err := os.ReadFile(path)
	if err == nil {
		_, err = w.Write(data)
	}
	return err
}
