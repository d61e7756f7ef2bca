package main

import (
	"time"
)

// agent is the entry point of a worker node.
func agent(args []string) int {
	o := parse(args)
	start := time.Now()
	say("agent %s %s joining %s", o.name, o.nodeIP, o.server)
	cgroup := prepare()
	images := inBackground(importImages)
	var id identity
	waitFor("joined", 5*time.Minute, func() (err error) { id, err = join(o); return err })
	startNode(o, cgroup, id)
	<-network(o)
	<-images
	say("node %s is Ready %s after start", o.name, time.Since(start).Round(time.Millisecond))
	return untilSignal()
}

// prepare makes the container a host with a container engine, and returns the cgroup that pods go below.
func prepare() string {
	prepareHost()
	cgroup := cgroupRoot()
	say("cgroup root %s", cgroup)
	startContainerd()
	return cgroup
}

func inBackground(work func()) <-chan struct{} {
	done := make(chan struct{})
	go func() {
		defer close(done)
		work()
	}()
	return done
}
