package main

import (
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"time"
)

// supervise runs a program for ever, its output going to /var/log/kube/NAME.log.
func supervise(program string, args ...string) {
	go func() {
		for {
			log, err := os.OpenFile(filepath.Join(logDir, program+".log"), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o644)
			must(err)
			cmd := exec.Command(program, args...)
			if _, own := components[program]; own {
				cmd.Path, cmd.Err = "/usr/local/bin/"+program, nil // a link to this program: the process is named after it
			}
			cmd.Stdout, cmd.Stderr = log, log
			cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
			start := time.Now()
			err = cmd.Run()
			_ = log.Close()
			say("%s ended after %s: %v%s", program, time.Since(start).Round(time.Millisecond), err, lastLines(log.Name(), 5))
			time.Sleep(time.Second)
		}
	}()
}

func lastLines(file string, count int) string {
	text, _ := os.ReadFile(file)
	lines := strings.Split(strings.TrimSpace(string(text)), "\n")
	if len(lines) > count {
		lines = lines[len(lines)-count:]
	}
	return "\n    | " + strings.Join(lines, "\n    | ")
}

func untilSignal() int {
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, syscall.SIGTERM, syscall.SIGINT)
	say("ending on %v", <-signals)
	return 0
}
