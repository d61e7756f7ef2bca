package main

import (
	"bytes"
	"crypto/sha256"
	"crypto/tls"
	"encoding/hex"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"
)

const joinPort = "9345"

// serveJoin hands an identity to every node that shows the token.
func serveJoin(o options, ca *authority) {
	mux := http.NewServeMux()
	mux.HandleFunc("POST /join", func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Authorization") != "Bearer "+o.token {
			http.Error(w, "bad token", http.StatusUnauthorized)
			return
		}
		name, ip := r.FormValue("name"), r.FormValue("ip")
		if name == "" || net.ParseIP(ip) == nil {
			http.Error(w, "name and ip wanted", http.StatusBadRequest)
			return
		}
		_ = json.NewEncoder(w).Encode(ca.identityOf(name, ip, "https://"+net.JoinHostPort(o.nodeIP, "6443")))
		say("node %s (%s) joined", name, ip)
	})
	go func() {
		must(http.ListenAndServeTLS(":"+joinPort, pkiDir+"/apiserver.crt", pkiDir+"/apiserver.key", mux))
	}()
}

// join asks the server for this node's identity. A token of k3s's form K10HASH::server:SECRET also pins the server.
func join(o options) (identity, error) {
	var id identity
	server, err := url.Parse(o.server)
	if err != nil {
		return id, err
	}
	secret, hash := o.token, ""
	if rest, pinned := strings.CutPrefix(o.token, "K10"); pinned {
		hash, secret, _ = strings.Cut(rest, "::server:")
	}
	form := url.Values{"name": {o.name}, "ip": {o.nodeIP}}
	request, err := http.NewRequest(http.MethodPost, "https://"+net.JoinHostPort(server.Hostname(), joinPort)+"/join", strings.NewReader(form.Encode()))
	if err != nil {
		return id, err
	}
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	request.Header.Set("Authorization", "Bearer "+secret)
	// the authority is not known yet: it comes with the answer, and is checked against the token
	client := &http.Client{Timeout: 5 * time.Second, Transport: &http.Transport{TLSClientConfig: &tls.Config{InsecureSkipVerify: true}}}
	response, err := client.Do(request)
	if err != nil {
		return id, err
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil || response.StatusCode != http.StatusOK {
		return id, fmt.Errorf("%s %s %v", response.Status, bytes.TrimSpace(body), err)
	}
	if err := json.Unmarshal(body, &id); err != nil {
		return id, err
	}
	block, _ := pem.Decode(id.CA)
	if block == nil {
		return id, errors.New("the answer has no certificate authority")
	}
	if sum := sha256.Sum256(block.Bytes); hash != "" && hex.EncodeToString(sum[:]) != hash {
		return id, errors.New("the server's authority is not the one of the token")
	}
	return id, nil
}
