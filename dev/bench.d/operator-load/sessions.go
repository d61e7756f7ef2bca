package main

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

const sessionsPath = "/apis/cntr.dev/v1alpha1/namespaces/" + namespace + "/debugsessions"

// world is what the watch tells of the sessions, and the agents that act upon it.
type world struct {
	admin  *api
	agents sync.WaitGroup
	slots  chan struct{} // as many agents as may be at work at once

	mutex    sync.Mutex
	sessions map[string]*session // by name

	conflicts atomic.Int64
}

// session is one that the benchmark has made; the channels are closed when the watch tells so.
type session struct {
	begun                        time.Time
	placedAfter, readyAfter      time.Duration
	placed, ready, settled, gone chan struct{}
	isPlaced, isReady, isSettled bool
	latest                       object
}

func watchSessions(ctx context.Context, admin *api, agentsAtOnce int) (*world, error) {
	w := &world{admin: admin, slots: make(chan struct{}, agentsAtOnce), sessions: map[string]*session{}}
	return w, admin.watch(ctx, "/apis/cntr.dev/v1alpha1/debugsessions", w.told)
}

// told takes one event of the watch. The agent of the session's node hears of it as soon as it is placed.
func (w *world) told(kind string, what object) {
	w.mutex.Lock()
	defer w.mutex.Unlock()
	s := w.sessions[text(what, "metadata", "name")]
	if s == nil {
		return
	}
	s.latest = what
	if kind == "DELETED" {
		close(s.gone)
		return
	}
	if !s.isPlaced && holds(what, "Scheduled") {
		s.isPlaced, s.placedAfter = true, time.Since(s.begun)
		close(s.placed)
		w.agents.Add(1)
		go w.prepare(what)
	}
	if !s.isReady && holds(what, "Ready") {
		s.isReady, s.readyAfter = true, time.Since(s.begun)
		close(s.ready)
	}
	if holds(what, "Stalled") {
		fail("session %s failed: %v", text(what, "metadata", "name"), at(what, "status", "conditions"))
	}
	if finalizers, _ := at(what, "metadata", "finalizers").([]any); s.isReady && !s.isSettled && len(finalizers) > 0 {
		s.isSettled = true
		close(s.settled)
	}
}

func holds(session object, kind string) bool {
	conditions, _ := at(session, "status", "conditions").([]any)
	for _, one := range conditions {
		if text(one, "type") == kind {
			return text(one, "status") == "True"
		}
	}
	return false
}

// create makes a session and waits until it has its place.
func (w *world) create(name, pod string) error {
	s := &session{placed: make(chan struct{}), ready: make(chan struct{}), settled: make(chan struct{}), gone: make(chan struct{})}
	w.mutex.Lock()
	w.sessions[name] = s
	s.begun = time.Now()
	w.mutex.Unlock()
	body := object{
		"apiVersion": "cntr.dev/v1alpha1", "kind": "DebugSession", "metadata": object{"name": name},
		"spec": object{
			"target":                  object{"pod": pod},
			"attach":                  object{"publicKeys": []any{"ed25519:" + strings.Repeat("A", 43) + "="}},
			"process":                 object{"command": []any{"true"}},
			"ttl":                     "1h",
			"ttlSecondsAfterFinished": 0,
		},
	}
	if _, err := w.admin.call(http.MethodPost, sessionsPath, body); err != nil {
		return err
	}
	return wait(s.placed, "session "+name+" is placed")
}

// prepare does what an agent does at the API server when a session is placed on its node: reads the pod, says Ready.
func (w *world) prepare(placed object) {
	defer w.agents.Done()
	w.slots <- struct{}{}
	defer func() { <-w.slots }()
	agent := w.admin.agentOf(text(placed, "status", "nodeName"))
	pod, err := agent.call(http.MethodGet, "/api/v1/namespaces/"+namespace+"/pods/"+text(placed, "spec", "target", "pod"), nil)
	if err != nil {
		fail("an agent reads the pod: %v", err)
	}
	if text(pod, "metadata", "uid") != text(placed, "status", "podUID") {
		fail("session %s was placed for another pod", text(placed, "metadata", "name"))
	}
	w.write(agent, placed, func(status object) {
		status["startedAt"], status["phase"] = now(), "Ready"
		const message = "the debug container is created; it starts when a client attaches"
		set(status, "Ready", "True", "Created", message)
		set(status, "Reconciling", "False", "Created", message)
	})
}

// finish does what an agent does when a session's command has ended.
func (w *world) finish(name string) error {
	w.mutex.Lock()
	s := w.sessions[name]
	latest := s.latest
	w.mutex.Unlock()
	agent := w.admin.agentOf(text(latest, "status", "nodeName"))
	w.write(agent, latest, func(status object) {
		status["finishedAt"], status["phase"], status["exitCode"] = now(), "Completed", 0
		const message = "the command ended with exit code 0"
		set(status, "Completed", "True", "Exited", message)
		set(status, "Ready", "False", "Exited", message)
		set(status, "Reconciling", "False", "Exited", message)
	})
	return nil
}

// write patches a status from the version that is known; where it is not the newest, it is read again, as agents do.
func (w *world) write(agent *api, session object, change func(status object)) {
	path := sessionsPath + "/" + text(session, "metadata", "name")
	for {
		status := copyOf(session["status"])
		change(status)
		metadata := object{"resourceVersion": text(session, "metadata", "resourceVersion"), "uid": text(session, "metadata", "uid")}
		_, err := agent.call(http.MethodPatch, path+"/status", object{"metadata": metadata, "status": status})
		if err == nil {
			return
		}
		if conflict, ok := err.(refused); !ok || conflict.code != http.StatusConflict {
			fail("an agent writes the status: %v", err)
		}
		w.conflicts.Add(1)
		if session, err = agent.call(http.MethodGet, path, nil); err != nil {
			fail("an agent reads a session: %v", err)
		}
	}
}

func set(status object, kind, value, reason, message string) {
	conditions, _ := status["conditions"].([]any)
	for i, one := range conditions {
		if text(one, "type") == kind {
			conditions[i] = condition(kind, value, reason, message)
			return
		}
	}
	status["conditions"] = append(conditions, condition(kind, value, reason, message))
}

func wait(until chan struct{}, what string) error {
	select {
	case <-until:
		return nil
	case <-time.After(2 * time.Minute):
		return fmt.Errorf("waited two minutes in vain until %s", what)
	}
}
