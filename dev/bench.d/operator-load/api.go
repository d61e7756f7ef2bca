package main

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"time"
)

// object is any Kubernetes object, as JSON has it.
type object = map[string]any

// at walks down by keys; nil where there is none.
func at(value any, keys ...string) any {
	for _, key := range keys {
		inner, ok := value.(object)
		if !ok {
			return nil
		}
		value = inner[key]
	}
	return value
}

func text(value any, keys ...string) string {
	found, _ := at(value, keys...).(string)
	return found
}

// api is an API server, and who asks it.
type api struct {
	server  string
	token   string
	headers http.Header // of every request, beside the usual ones
	client  *http.Client
}

// refused is an answer of the API server that is an error.
type refused struct {
	code int
	what string
}

func (r refused) Error() string { return r.what }

func newAPI(server, caFile, token string) (*api, error) {
	pem, err := os.ReadFile(caFile)
	if err != nil {
		return nil, err
	}
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM(pem) {
		return nil, fmt.Errorf("%s has no certificate", caFile)
	}
	transport := &http.Transport{TLSClientConfig: &tls.Config{RootCAs: pool}, ForceAttemptHTTP2: true}
	return &api{server, token, nil, &http.Client{Transport: transport}}, nil
}

// agentOf is the API server for the agent of a node: under the account of the agents, with a token that is bound to that node.
func (a *api) agentOf(node string) *api {
	agent := *a
	agent.headers = http.Header{
		"Impersonate-User":  {"system:serviceaccount:cntr-system:cntr-agent"},
		"Impersonate-Group": {"system:serviceaccounts", "system:serviceaccounts:cntr-system", "system:authenticated"},
		"Impersonate-Extra-Authentication.kubernetes.io%2fnode-Name": {node},
	}
	return &agent
}

func (a *api) send(ctx context.Context, method, path, contentType string, body any) (*http.Response, error) {
	var reader io.Reader
	if body != nil {
		encoded, err := json.Marshal(body)
		if err != nil {
			return nil, err
		}
		reader = bytes.NewReader(encoded)
	}
	request, err := http.NewRequestWithContext(ctx, method, a.server+path, reader)
	if err != nil {
		return nil, err
	}
	request.Header.Set("Authorization", "Bearer "+a.token)
	request.Header.Set("Content-Type", contentType)
	for name, values := range a.headers {
		request.Header[name] = values
	}
	response, err := a.client.Do(request)
	if err != nil {
		return nil, err
	}
	if response.StatusCode >= 300 {
		defer response.Body.Close()
		message, _ := io.ReadAll(response.Body)
		return nil, refused{response.StatusCode, fmt.Sprintf("%s %s: %d: %s", method, path, response.StatusCode, message)}
	}
	return response, nil
}

// call makes a request whose answer is an object; a server that is busy is asked again.
func (a *api) call(method, path string, body any) (object, error) {
	contentType := "application/json"
	if method == http.MethodPatch {
		contentType = "application/merge-patch+json"
	}
	for try := 1; ; try++ {
		response, err := a.send(context.Background(), method, path, contentType, body)
		if busy, ok := err.(refused); ok && busy.code == http.StatusTooManyRequests && try < 10 {
			time.Sleep(time.Duration(try) * 100 * time.Millisecond)
			continue
		}
		if err != nil {
			return nil, err
		}
		defer response.Body.Close()
		var answer object
		return answer, json.NewDecoder(response.Body).Decode(&answer)
	}
}

// text makes a request whose answer is text, such as that for metrics.
func (a *api) text(path string) (string, error) {
	response, err := a.send(context.Background(), http.MethodGet, path, "application/json", nil)
	if err != nil {
		return "", err
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	return string(body), err
}

// watch tells of every change from now on, until the context ends. An API server may end a watch at any time: it is then begun again where it ended.
func (a *api) watch(ctx context.Context, path string, told func(kind string, what object)) error {
	list, err := a.call(http.MethodGet, path+"?limit=1", nil)
	if err != nil {
		return err
	}
	version := text(list, "metadata", "resourceVersion")
	follow := func() error {
		query := url.Values{"watch": {"true"}, "resourceVersion": {version}, "timeoutSeconds": {"3600"}}
		response, err := a.send(ctx, http.MethodGet, path+"?"+query.Encode(), "application/json", nil)
		if err != nil {
			return err
		}
		defer response.Body.Close()
		decoder := json.NewDecoder(response.Body)
		for {
			var event struct {
				Type   string
				Object object
			}
			if err := decoder.Decode(&event); err == io.EOF {
				return nil
			} else if err != nil {
				return err
			}
			if event.Type == "ERROR" {
				return fmt.Errorf("%v", event.Object)
			}
			version = text(event.Object, "metadata", "resourceVersion")
			told(event.Type, event.Object)
		}
	}
	go func() {
		for ctx.Err() == nil {
			if err := follow(); err != nil && ctx.Err() == nil {
				fail("the watch of %s ended: %v", path, err)
			}
		}
	}()
	return nil
}
