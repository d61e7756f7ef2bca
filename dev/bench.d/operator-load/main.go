// operator-load plays everything around the operator: nodes that are nothing but objects, their agents, and the users who make
// sessions. It prints what that took of time, memory and requests.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"slices"
	"time"
)

func fail(format string, arguments ...any) {
	fmt.Fprintf(os.Stderr, "operator-load: "+format+"\n", arguments...)
	os.Exit(1)
}

func must(err error) {
	if err != nil {
		fail("%v", err)
	}
}

func main() {
	server := flag.String("server", "", "the API server's address")
	ca := flag.String("ca", "", "file of its certificate authority")
	token := flag.String("token", "", "token of a cluster admin")
	nodes := flag.Int("nodes", 1000, "nodes, each with an agent, a relay and a pod to debug")
	fleet := flag.Bool("fleet", false, "make the nodes and their pods, and nothing else")
	sessions := flag.Int("sessions", 10000, "sessions")
	concurrency := flag.Int("concurrency", 32, "users, each of whom waits until a session has its place before making the next")
	pid := flag.Int("operator-pid", 0, "the operator's process")
	metrics := flag.String("operator-metrics", "", "address of the operator's metrics")
	flag.Parse()

	admin, err := newAPI(*server, *ca, *token)
	must(err)
	if *fleet {
		must(makeFleet(admin, *nodes))
		return
	}
	run(admin, operator{*pid, *metrics}, *nodes, *sessions, *concurrency)
}

func run(admin *api, o operator, nodes, sessions, concurrency int) {
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	w, err := watchSessions(ctx, admin, 64)
	must(err)
	name := func(i int) string { return fmt.Sprintf("load-%05d", i) }

	go o.failWhenItEnds()

	idle := takeReading(admin, o)
	must(inParallel(sessions, concurrency, func(i int) error { return w.create(name(i), targetName(i%nodes)) }))
	placing := takeReading(admin, o)
	for _, s := range w.sessions {
		must(wait(s.settled, "a session is ready and has its finalizer"))
	}
	w.agents.Wait()
	settled := takeReading(admin, o)
	must(inParallel(sessions, concurrency, func(i int) error { return w.finish(name(i)) }))
	for _, s := range w.sessions {
		must(wait(s.gone, "a session is gone"))
	}
	ended := takeReading(admin, o)

	var places, readies []time.Duration
	for _, s := range w.sessions {
		places, readies = append(places, s.placedAfter), append(readies, s.readyAfter)
	}
	slices.Sort(places)
	slices.Sort(readies)
	report(sessions, idle, placing, settled, ended, places, readies, w.conflicts.Load())
}
